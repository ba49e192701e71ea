"""Formats whose files are records of images, whatever they are written in."""
