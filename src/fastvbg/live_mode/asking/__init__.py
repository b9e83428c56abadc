"""What a session is asked for: words, options and files, checked before anything opens."""
