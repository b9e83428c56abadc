"""Objects of stores: read by pieces, written whole."""
