"""Cameras and virtual cameras of Linux by the kernel's own interface, Video4Linux2.

Every module can be imported on every system; what would open a device refuses elsewhere.
"""
