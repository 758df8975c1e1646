"""What partners earn."""
