"""What comms reads of the events of other services."""
