"""Rules on protocol."""
