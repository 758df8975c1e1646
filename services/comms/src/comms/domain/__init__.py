"""Pure rules: events, states and decisions of comms."""
