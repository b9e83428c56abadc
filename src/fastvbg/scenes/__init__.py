"""Scenes that are drawn, for the demo, the tests and the benches."""
