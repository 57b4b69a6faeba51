"""Designs judged, reports kept."""
