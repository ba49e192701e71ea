"""Findings as a file to keep or to send: one HTML page, or Markdown with pictures."""
