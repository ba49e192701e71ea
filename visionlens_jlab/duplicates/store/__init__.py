"""Groups of duplicates as rows, and resolving them."""
