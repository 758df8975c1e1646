"""The way of the database, forward only."""
