"""What partners earn."""

PORT = 8102
"""Where it listens on a developer's machine."""
