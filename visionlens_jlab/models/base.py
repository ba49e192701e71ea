"""The base of every JSON shape and the scalar types they share."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Level = Literal["samples", "annotations"]
Scalar = str | int | float | bool | None
Comparison = Literal["=", "!=", "<", "<=", ">", ">="]


class Model(BaseModel):
    """Base of every shape: unknown keys are refused."""

    model_config = ConfigDict(
        extra="forbid",
        populate_by_name=True,
        defer_build=True,  # most processes use few of the shapes
    )
