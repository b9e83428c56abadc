"""A camera of PipeWire's, which needs no kernel module: pictures go through GStreamer's program."""
