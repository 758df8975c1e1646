"""What partners order, and what is in stock."""

PORT = 8103
"""Where it listens on a developer's machine."""
