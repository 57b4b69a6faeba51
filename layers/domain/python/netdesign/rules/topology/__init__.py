"""Rules on topology."""
