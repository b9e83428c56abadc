"""Segmentation models: where their files are kept, what they want, and what runs them."""
