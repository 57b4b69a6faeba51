"""Rules on capacity."""
