"""Agents: a language model over the statistics of a dataset."""
