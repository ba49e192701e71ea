"""Masks of classes as images: one for each picture, their pixels numbers or colours of classes."""
