"""The page of a live session: what is shown, chosen and tuned in a browser on this machine."""
