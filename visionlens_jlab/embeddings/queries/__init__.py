"""Texts and images of a query, encoded with the model of a space."""
