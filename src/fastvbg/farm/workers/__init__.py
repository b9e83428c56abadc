"""Who does the work: the queue, and engines of processes, executors and clusters."""
