"""Rules on compliance."""
