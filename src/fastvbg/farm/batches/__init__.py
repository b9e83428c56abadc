"""Many files at once: their names, their steps and what became of them."""
