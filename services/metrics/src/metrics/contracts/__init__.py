"""What metrics reads of the events of other services: tolerant models, only the fields used."""
