"""Keys and a status line in a terminal."""
