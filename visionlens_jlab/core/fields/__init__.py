"""Fields and tags of a dataset: what there is, and writing them."""
