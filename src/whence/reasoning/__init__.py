"""What follows: the rules of a profile, their evaluation, and why a statement holds."""
