"""How much a machine bears: a model of what waits for what, held against what was measured, and what follows for larger ones."""
