"""What is near, by depth maps or two eyes."""
