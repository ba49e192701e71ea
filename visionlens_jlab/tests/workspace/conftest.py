"""Fixtures of workspaces: the catalog's."""

from visionlens_jlab.tests.catalog.conftest import library, street

__all__ = ["library", "street"]
