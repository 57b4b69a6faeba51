"""Rules and parameters of an organisation."""
