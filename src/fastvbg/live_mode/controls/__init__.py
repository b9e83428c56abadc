"""What may be asked of a session while it runs, and what it tells."""
