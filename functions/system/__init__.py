"""Name, health, metrics."""
