"""A small service that uses everything which services share."""
