"""What is not of a screen's colour."""
