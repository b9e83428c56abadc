"""Composites of one source, by settings that change meanwhile."""
