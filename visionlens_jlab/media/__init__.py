"""Where images lie and what they look like: sources, headers, decoding, thumbnails."""
