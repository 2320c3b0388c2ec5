"""The same truth told as it happens: what providers deliver to our door and what the shop tells through its API."""
