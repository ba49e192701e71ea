"""Embedding spaces as rows, and searches of views."""
