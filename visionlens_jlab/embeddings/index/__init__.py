"""Vectors of embedding spaces: segments on disk, the search index, and searches."""
