"""How a job is cut into parts, and what tells it from other jobs."""
