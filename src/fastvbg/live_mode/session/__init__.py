"""A session at work: what leaves, and when."""
