"""Talking to partners."""

PORT = 8105
"""Where it listens on a developer's machine."""
