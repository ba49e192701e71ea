"""Runs and evaluations as rows, and what is read of them."""
