"""Shapes of annotations: polygons, run lengths of masks, and moving them with their image."""
