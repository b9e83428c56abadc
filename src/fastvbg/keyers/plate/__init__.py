"""What differs from a picture of the empty scene."""
