"""What leaves the product: an intent in the log becomes an effect outside."""
