"""Embedding spaces: vectors of images and objects, and searches in them."""
