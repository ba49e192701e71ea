"""The map: projections of embedding spaces, clusters and colours of points."""
