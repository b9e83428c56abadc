"""Streams over the network, out and in, in processes of their own.

FFmpeg's handshakes hold Python's global lock (PyAV 17 and 18, when writing), so a peer that accepts
and never answers would stop the whole program. Pictures go through memory that both sides see.
"""
