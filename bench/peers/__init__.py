"""What people would write by hand: the peers that our figures stand beside."""
