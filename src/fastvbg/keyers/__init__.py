"""Keyers: what makes a mask or matte from frames."""
