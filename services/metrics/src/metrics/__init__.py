"""How the channel performs."""

PORT = 8104
"""Where it listens on a developer's machine."""
