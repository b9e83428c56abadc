"""What talks to the world outside in live mode: cameras, virtual cameras, streams."""
