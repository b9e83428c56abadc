"""How good the mattes are, and what they cost, against the peers and the tutorial."""
