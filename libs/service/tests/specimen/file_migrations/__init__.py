"""The way of the specimen's database."""
