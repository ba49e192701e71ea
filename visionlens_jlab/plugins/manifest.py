"""Manifests: read as literals from a file that is never imported."""

from __future__ import annotations

import ast
import stat
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from packaging.specifiers import InvalidSpecifier
from pydantic import Field, ValidationError, model_validator

from visionlens_jlab.core.shapes import Model
from visionlens_jlab.plugins.kinds import Hook, Kind
from visionlens_jlab.plugins.shapes import Permission
from visionlens_jlab.plugins.versions import VERSIONS, fitting

NAME = "MANIFEST"
_IDENTIFIER = r"^[A-Za-z_][A-Za-z0-9_]{0,99}$"
_MODULE = r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,99}\.m?js$"
_PLAIN = r"^[a-z0-9][a-z0-9._\-]{0,63}$"
_MOST_BYTES = 1 << 20


class ManifestError(Exception):
    """Why a file is no plugin, as a sentence."""


NEEDED: dict[Kind, tuple[str, ...]] = {
    "operator": ("target",),
    "measure": ("target", "field"),
    "format": ("target", "patterns"),
    "source": ("target", "scheme"),
    "embedder": ("target",),
    "evaluator": ("target",),
    "tool": ("target", "description"),
    "hook": ("target", "on"),
    "panel": ("target",),
}
"""What a contribution of a kind must say."""
ALLOWED: dict[Kind, tuple[str, ...]] = {
    "operator": ("form",),
    "measure": ("form",),
    "format": ("sniff", "write", "holds"),
    "embedder": ("form", "side", "fit", "text"),
    "evaluator": ("form",),
    "tool": ("form",),
}
"""What it may say besides `kind`, `id`, `title` and `description`."""
Holds = Literal[
    "box",
    "polygon",
    "oriented_box",
    "keypoints",
    "classification",
    "attributes",
    "difficult",
    "truncated",
    "occluded",
]


class ContributionManifest(Model):
    """One of a manifest's `contributions`.

    Attributes
    ----------
    target : str or None
        A function of the file; of a panel a JavaScript module that lies beside it.
    form : dict or None
        `schema`: the JSON schema of the arguments.
    field : str or None
        Where a measure is kept.
    patterns : list of str
        Names (`*.kit`) or paths (`labels/*.txt`) of a format's label files.
    sniff, write : str or None
        Functions of a format: whether a file is one; writing an export.
    holds : list of str
        What a format's `write` can hold; the export's report names what is lost.
    scheme : str or None
        Of a source's addresses, without `://`.
    side, fit, text
        The square of pixels that an embedder gets, how images are made to fit it, and whether it
        embeds texts too.
    on : str or None
        A hook.
    """

    kind: Kind
    id: str = Field(pattern=_PLAIN)
    title: str = Field("", max_length=200)
    description: str = Field("", max_length=2000)
    target: str | None = Field(None, pattern=f"{_IDENTIFIER}|{_MODULE}")
    form: dict[str, Any] | None = Field(None, alias="schema")
    field: str | None = Field(None, max_length=100)
    patterns: list[str] = Field(default_factory=list, max_length=50)
    sniff: str | None = Field(None, pattern=_IDENTIFIER)
    write: str | None = Field(None, pattern=_IDENTIFIER)
    holds: tuple[Holds, ...] = ("box",)
    scheme: str | None = Field(None, pattern=r"^[a-z][a-z0-9+\-]{0,30}$")
    side: int = Field(224, ge=8, le=2048)
    fit: Literal["crop", "pad", "stretch"] = "crop"
    text: bool = False
    on: Hook | None = None

    @model_validator(mode="after")
    def _fits_its_kind(self) -> ContributionManifest:
        if self.target and (self.kind == "panel") != self.target.endswith("js"):
            wanted = "a JavaScript file" if self.kind == "panel" else "a function"
            raise ValueError(f"the target of {self.kind} {self.id} must be {wanted}")
        needed = NEEDED[self.kind]
        for name in needed:
            if not getattr(self, name):
                raise ValueError(f"{self.kind} {self.id} needs {name!r}")
        known = {"kind", "id", "title", "description", *needed, *ALLOWED.get(self.kind, ())}
        for name in sorted(self.model_fields_set - known):
            raise ValueError(f"{self.kind} {self.id} takes no {name!r}")
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

    @model_validator(mode="after")
    def _names_each_once(self) -> Manifest:
        ids = [one.id for one in self.contributions]
        if twice := sorted({one for one in ids if ids.count(one) > 1}):
            raise ValueError(f"the id {twice[0]!r} stands twice")
        return self

    def contribution(self, id: str) -> ContributionManifest | None:
        """The contribution of this id; None: there is none."""
        return next((one for one in self.contributions if one.id == id), None)


def read_manifest(path: Path) -> Manifest:
    """The manifest in a Python file. ManifestError, also where it fits another API."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # a pipe or a device may never end
            raise ManifestError("It is no file.")
        manifest = _read(path, status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise ManifestError(f"The file cannot be read: {error.strerror}.") from error
    if isinstance(manifest, str):
        raise ManifestError(manifest)
    try:
        fits = fitting(manifest.api)
    except InvalidSpecifier as error:
        raise ManifestError(f"api: {manifest.api!r} names no versions; write >=1,<2.") from error
    if fits is None:
        raise ManifestError(
            f"It is written for version {manifest.api} of the plugin API; there is "
            f"{', '.join(VERSIONS)}."
        )
    return manifest


@lru_cache(maxsize=1024)
def _read(path: Path, modified: int, size: int) -> Manifest | str:
    """The manifest, or why there is none: that too is found out once."""
    try:
        return Manifest.model_validate(literal(path)[1])
    except ManifestError as error:
        return str(error)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in fault["loc"])
        return f"{NAME}: {where}: {fault['msg']}."


def literal(path: Path) -> tuple[ast.Module, Any]:
    """A file's code and what its MANIFEST says. ManifestError, OSError."""
    with path.open("rb") as file:
        content = file.read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        raise ManifestError("The file is larger than 1 MiB.")
    try:
        tree = ast.parse(content)
        for node in tree.body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and _names(node):
                return tree, ast.literal_eval(node.value)
    except SyntaxError as error:
        raise ManifestError(f"Line {error.lineno or 1} is no Python: {error.msg}.") from error
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        raise ManifestError(f"{NAME} must be a literal: texts, numbers, lists, dicts.") from error
    raise ManifestError(f"The file has no {NAME}.")


def _names(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id == NAME for target in targets)
