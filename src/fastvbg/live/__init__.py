"""A camera in, a virtual camera out: the newest frame only, and never the room by mistake."""
