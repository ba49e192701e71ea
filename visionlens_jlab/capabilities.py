"""The capabilities that come with the product: a new one is a folder and a line here."""

from __future__ import annotations

BUILT_IN = (
    "ingestion",
    "formats",
    "media",
    "buckets",
    "embeddings",
    "map",
    "duplicates",
    "evaluation",
    "labels",
    "plugins",
    "export",
    "analysis",
    "attributes",
    "agents",
)

REFERENCES = tuple(f"visionlens_jlab.{name}.capability:CAPABILITY" for name in BUILT_IN)
