"""What source and sink both speak of: timed frames, colour tags, numbered file names."""
