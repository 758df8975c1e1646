"""Talking to partners."""
