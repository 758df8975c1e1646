"""What this service reads of other services' events: tolerant models, only the fields it uses."""
