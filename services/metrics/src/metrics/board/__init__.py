"""The live board: a page that follows the KPIs and explains each number down to its events."""
