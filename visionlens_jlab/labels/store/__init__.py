"""Changes of labels as rows."""
