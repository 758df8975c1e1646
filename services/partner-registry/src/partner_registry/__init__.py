"""Who the partners are."""

PORT = 8101
"""Where it listens on a developer's machine."""
