"""Frames over backgrounds: the array functions, in BGR and in planes."""
