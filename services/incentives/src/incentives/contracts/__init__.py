"""What incentives reads of the events of other services."""
