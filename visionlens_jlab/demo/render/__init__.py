"""Draws the images."""
