"""What analyses read of a dataset, and findings as rows."""
