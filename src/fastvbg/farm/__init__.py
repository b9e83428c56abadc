"""Many files, many processes, many machines."""
