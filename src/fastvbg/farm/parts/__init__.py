"""The parts of a job: made, kept, found again and joined."""
