"""A plan: versions of a document, each drafted, simulated, submitted, approved by somebody else, and then for ever as it is."""
