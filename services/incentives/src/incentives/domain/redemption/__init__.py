"""What an order redeems of promotions, and what of that comes back with its lines."""
