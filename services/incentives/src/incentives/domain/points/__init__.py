"""Points of a payee in a programme: earned, redeemed, expired, taken back, and never fewer than none."""
