"""The control packs, one framework a module, as data."""
