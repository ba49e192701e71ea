"""Changes of one capability's rows that the rows of others follow.

A change is an object of whatever class the capability defines that makes it; those above it know
the class and follow.
"""

from __future__ import annotations

import duckdb

from visionlens_jlab.core.capability import resolve
from visionlens_jlab.core.registry import capabilities


def announce(cursor: duckdb.DuckDBPyConnection, change: object) -> None:
    """Let every capability follow a change in the transaction that makes it."""
    for capability in capabilities():
        if capability.on_change:
            resolve(capability.on_change)(cursor, change)
