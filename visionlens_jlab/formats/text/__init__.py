"""Text, JSON and YAML of label files, whatever wrote them."""
