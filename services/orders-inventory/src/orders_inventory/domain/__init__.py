"""What an order, a product, a warehouse and a stock item are, and what may happen to them: pure rules."""
