"""Plays a channel through the public HTTP doors: a generated brand, or a user's own export described by a mapping file."""
