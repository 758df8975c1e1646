"""Promotions: who gets what for which lines, within which budget, and who pays which share of it."""
