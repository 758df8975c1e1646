"""Sends a scenario through the public HTTP doors and reads its figures back."""
