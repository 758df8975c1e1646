"""Rule types, one a file, found by being there (docs/how-to/add-a-rule-type.md)."""
