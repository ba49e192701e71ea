"""Runs of agents as rows."""
