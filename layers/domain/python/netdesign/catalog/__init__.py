"""Facts about devices, optics, cables and circuits, each with source and date, and the policy parameters.

Start at `selection.default_catalog()` and `parameters.default_parameters()`; nothing is read before.
"""
