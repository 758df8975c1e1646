"""The published language: what each public event promises, kept under ``contracts/`` and held to by these checks."""
