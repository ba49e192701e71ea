"""Workspaces: what the panels and the notebook share about one dataset."""
