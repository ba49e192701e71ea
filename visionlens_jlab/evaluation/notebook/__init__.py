"""Predictions and evaluations, as a notebook asks for them."""
