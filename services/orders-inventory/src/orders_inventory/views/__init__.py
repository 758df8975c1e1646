"""Read models: a table each, and a pure function from an event to its changes."""
