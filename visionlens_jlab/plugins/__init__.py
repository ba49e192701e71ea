"""Plugins: found without importing them, run in processes of their own."""
