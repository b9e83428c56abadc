"""What the person mask's memory of the room is worth: portraits that move before rooms."""
