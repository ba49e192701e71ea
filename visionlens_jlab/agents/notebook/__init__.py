"""Asking an agent, as a notebook does it."""
