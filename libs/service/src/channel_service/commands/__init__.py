"""Doors that read commands: the struct that the domain declares is what a body is read as, and what the description shows."""

from channel_service.commands.door import Commands, Named
from channel_service.commands.form import Form, Unfit

__all__ = ["Commands", "Form", "Named", "Unfit"]
