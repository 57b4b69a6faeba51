"""Growing what stands: the design that a larger demand leads to, and the steps from the one to the other."""
