"""Projections and clusters as rows, and the colours of points."""
