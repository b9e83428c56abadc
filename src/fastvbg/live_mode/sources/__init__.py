"""Where pictures come from, read for the newest one."""
