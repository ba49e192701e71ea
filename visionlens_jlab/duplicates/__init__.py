"""Duplicates among the samples of a dataset, exact and near.

Near-duplicates: hashes of the thumbnails (also mirrored, also of their middle) and vectors only
propose pairs; laying one thumbnail over the other decides; groups are made of pairs that were all
decided on. Everything works on files and arrays and knows neither jobs nor the catalog.
"""
