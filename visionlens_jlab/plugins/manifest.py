"""Manifests: read as literals from a file that is never imported."""

from __future__ import annotations

import ast
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from pydantic import Field, ValidationError, model_validator

from visionlens_jlab.core.shapes import Model
from visionlens_jlab.plugin_api import API_VERSION
from visionlens_jlab.plugins.shapes import Permission

NAME = "MANIFEST"
_IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]{0,99}$"
_PLAIN = r"^[a-z0-9][a-z0-9._\-]{0,63}$"
_MOST_BYTES = 1 << 20


class ManifestError(Exception):
    """Why a file is no plugin, as a sentence."""


class ContributionManifest(Model):
    """One of a manifest's `contributions`.

    `target` is a function of the file, `schema` the JSON schema of its arguments; `field` is
    where a measure is kept.
    """

    kind: Literal["operator", "measure"]
    id: str = Field(pattern=_PLAIN)
    title: str = Field("", max_length=200)
    description: str = Field("", max_length=2000)
    target: str = Field(pattern=_IDENTIFIER)
    form: dict[str, Any] | None = Field(None, alias="schema")
    field: str | None = Field(None, max_length=100)

    @model_validator(mode="after")
    def _measure_has_field(self) -> ContributionManifest:
        if self.kind == "measure" and not self.field:
            raise ValueError("a measure needs a field")
        return self


class Manifest(Model):
    """What a plugin says of itself."""

    manifest: Literal[1]
    name: str = Field(pattern=_PLAIN)
    version: str = Field(max_length=50)
    api: str = Field(max_length=100)
    title: str = Field("", max_length=200)
    description: str = Field("", max_length=2000)
    permissions: list[Permission] = Field(default_factory=list)
    contributions: list[ContributionManifest] = Field(max_length=100)

    def contribution(self, id: str) -> ContributionManifest | None:
        """The contribution of this id; None: there is none."""
        return next((one for one in self.contributions if one.id == id), None)


def read_manifest(path: Path) -> Manifest:
    """The manifest in a Python file. ManifestError, also where it fits another API."""
    try:
        status = path.stat()
        manifest = _read(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise ManifestError(f"The file cannot be read: {error.strerror}.") from error
    try:
        fits = SpecifierSet(manifest.api).contains(API_VERSION)
    except InvalidSpecifier as error:
        raise ManifestError(f"api: {manifest.api!r} names no versions; write >=1,<2.") from error
    if not fits:
        raise ManifestError(
            f"It is written for version {manifest.api} of the plugin API, this is {API_VERSION}."
        )
    return manifest


@lru_cache(maxsize=1024)
def _read(path: Path, modified: int, size: int) -> Manifest:
    if size > _MOST_BYTES:
        raise ManifestError("The file is larger than 1 MiB.")
    try:
        tree = ast.parse(path.read_bytes()[: _MOST_BYTES + 1])
        for node in tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _names(node):
                return Manifest.model_validate(ast.literal_eval(node.value))
    except SyntaxError as error:
        raise ManifestError(f"Line {error.lineno} is no Python: {error.msg}.") from error
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        raise ManifestError(f"{NAME}: {where}: {fault['msg']}.") from error
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ManifestError(f"{NAME} must be a literal: texts, numbers, lists, dicts.") from error
    raise ManifestError(f"The file has no {NAME}.")


def _names(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id == NAME for target in targets)
