"""The Network Architecture Design System: requirements in, a judged network design out."""

__version__ = "0.1.0"
