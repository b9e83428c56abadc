"""A picture on its way: as it came, its place for one, and its crop."""
