"""Analyses and findings, as a notebook asks for them."""
