"""Fixtures of workspaces: the catalog's."""

from visionlens_jlab.tests.catalog.conftest import library, shared_street, street

__all__ = ["library", "shared_street", "street"]
