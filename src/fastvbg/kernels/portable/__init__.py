"""Plain loops, which compile anywhere, with the bytes of the vector forms."""
