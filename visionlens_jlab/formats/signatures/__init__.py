"""What a file that no format takes seems to hold."""
