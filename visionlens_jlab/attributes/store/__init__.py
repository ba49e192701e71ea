"""Visual attributes and their labels as rows."""
