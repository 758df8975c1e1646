"""What is listed and searched, folded from the service's own log."""
