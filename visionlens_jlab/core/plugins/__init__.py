"""Hooks through which formats and sources register; private until they are published."""
