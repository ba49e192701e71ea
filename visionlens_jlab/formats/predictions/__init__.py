"""Predictions of models as they come: matched to the images and classes of a dataset."""
