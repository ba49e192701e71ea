"""Asking a vision-language model about the images of a dataset."""
