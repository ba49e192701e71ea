"""Metrics: figures and curves from matched predictions."""
