"""Workspaces: what the panels and the notebook share about one dataset."""

from visionlens_jlab.workspace.service import WorkspaceService

__all__ = ["WorkspaceService"]
