"""Masks in a run: what the user asks for, and the objects that give each frame its matte."""
