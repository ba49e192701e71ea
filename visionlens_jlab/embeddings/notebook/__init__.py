"""Embeddings and searches, as a notebook asks for them."""
