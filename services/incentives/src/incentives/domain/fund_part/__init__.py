"""A partner's part of a fund: what it is given, what of that is promised to activities, claimed and paid, and what expires."""
