"""The check of a manifest, and of what it names, without importing anything."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier
from pydantic import ValidationError

from visionlens_jlab.plugins.kit.fault import GIVEN, HOOKS, Fault, sample_arguments
from visionlens_jlab.plugins.manifest import (
    NAME,
    ContributionManifest,
    Manifest,
    ManifestError,
    literal,
)
from visionlens_jlab.plugins.versions import VERSIONS, fitting

_ACTIVATE = re.compile(
    r"export\s+(?:(?:async\s+)?function\*?|const|let|class)\s+activate\b|export\s*\{[^}]*\bactivate\b"
)


def check(path: Path) -> tuple[Manifest | None, list[Fault]]:
    """The manifest of a file, None where it cannot be read, and every fault."""
    try:
        tree, said = literal(path)
    except ManifestError as error:
        return None, [Fault(NAME, str(error), f"Begin the file with {NAME} = {{...}}, a literal.")]
    except OSError as error:
        return None, [Fault(str(path), f"It cannot be read: {error.strerror}.", "Name a .py file.")]
    try:
        manifest = Manifest.model_validate(said)
    except ValidationError as error:
        return None, [_of_shape(one) for one in error.errors(include_url=False)]
    faults = [*_of_manifest(manifest), *_of_contributions(manifest, tree, path.parent)]
    return manifest, faults


def _of_shape(error: Any) -> Fault:
    where = ".".join(str(part) for part in error["loc"]) or NAME
    message = str(error["msg"]).removeprefix("Value error, ")
    mends = {
        "missing": f"Add {str(error['loc'][-1]) if error['loc'] else ''!r}.",
        "extra_forbidden": "Take it out, or correct its name.",
        "string_pattern_mismatch": "Use lower-case letters, digits, '-', '_' and '.' in names; "
        "a function's own name for a target.",
        "literal_error": "Use one of those.",
    }
    return Fault(where, f"{message}.", mends.get(error["type"], "Correct it."))


def _of_manifest(manifest: Manifest) -> Iterator[Fault]:
    mend = 'Write "api": ">=1,<2".'
    try:
        if fitting(manifest.api) is None:
            there = ", ".join(VERSIONS)
            yield Fault("api", f"{manifest.api!r} fits no version of the API: {there}.", mend)
    except InvalidSpecifier:
        yield Fault("api", f"{manifest.api!r} names no versions.", mend)
    if not manifest.contributions:
        yield Fault("contributions", "There are none.", "Add one.")
    for id, count in Counter(one.id for one in manifest.contributions).items():
        if count > 1:
            yield Fault("contributions", f"{count} have the id {id!r}.", "Give each its own.")


def _of_contributions(manifest: Manifest, tree: ast.Module, folder: Path) -> Iterator[Fault]:
    for one in manifest.contributions:
        where = f"{one.kind} {one.id}"
        yield from _of_form(one, where)
        if one.kind == "panel":
            yield from _of_module(folder / str(one.target), where)
            continue
        for member, given in GIVEN[one.kind].items():
            name = getattr(one, member)
            if name is not None:
                hooked = HOOKS[one.on] if one.on else ()
                yield from _of_function(tree, name, (*given, *hooked), where)
    needed = _needed(manifest)
    for permission in sorted(needed - set(manifest.permissions)):
        mend = f'Add "{permission}" to its permissions.'
        yield Fault("permissions", f"A measure needs the permission {permission}.", mend)


def _needed(manifest: Manifest) -> set[str]:
    kinds = {one.kind for one in manifest.contributions}
    return {"images", "fields"} if "measure" in kinds else set()


def _of_form(one: ContributionManifest, where: str) -> Iterator[Fault]:
    if one.form is None:
        return
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import SchemaError

    try:
        Draft202012Validator.check_schema(one.form)
    except SchemaError as error:
        at = ".".join(map(str, error.absolute_path)) or "schema"
        yield Fault(where, f"Its schema is no JSON schema: {at}: {error.message}.", "Correct it.")
        return
    if one.form.get("type") != "object":
        yield Fault(where, "Its schema is not of an object.", 'Give it "type": "object".')
        return
    for wrong in Draft202012Validator(one.form).iter_errors(sample_arguments(one.form)):
        at = ".".join(map(str, wrong.absolute_path)) or "arguments"
        message = f"Its defaults do not satisfy its schema: {at}: {wrong.message}."
        yield Fault(where, message, "Correct the default, or what the schema asks for.")


def _of_module(path: Path, where: str) -> Iterator[Fault]:
    try:
        code = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        mend = "Put the JavaScript file beside the Python file."
        yield Fault(where, f"There is no {path.name} beside it.", mend)
        return
    if not _ACTIVATE.search(code):
        mend = "Write: export function activate({ element, workspace, client, signal }) { ... }"
        yield Fault(where, f"{path.name} exports no activate.", mend)


def _of_function(
    tree: ast.Module, name: str, given: tuple[str, ...], where: str
) -> Iterator[Fault]:
    function = next((node for node in tree.body if _binds(node, name)), None)
    if function is None:
        yield Fault(where, f"There is no {name} in the file.", f"Define {name}, or name another.")
    if not isinstance(function, ast.FunctionDef):
        if isinstance(function, ast.AsyncFunctionDef):
            yield Fault(where, f"{name} is a coroutine.", "Write def instead of async def.")
        return
    taken = function.args
    shown = ", ".join(given)
    mend = f"Write: def {name}(*, {shown}, **rest)"
    if taken.posonlyargs:
        yield Fault(where, f"{name} takes arguments by position; it is called by keyword.", mend)
    if taken.kwarg is None:
        message = f"{name} takes no further keywords, which later versions of the API may give."
        yield Fault(where, message, mend)
    for missing in _demanded(taken):
        if missing not in given:
            yield Fault(where, f"{name} needs {missing!r}, which it is never given.", mend)


def _demanded(taken: ast.arguments) -> list[str]:
    """Names without a default."""
    plain = taken.args[: len(taken.args) - len(taken.defaults)]
    keywords = [
        one for one, default in zip(taken.kwonlyargs, taken.kw_defaults, strict=True) if not default
    ]
    return [one.arg for one in (*plain, *keywords)]


def _binds(node: ast.stmt, name: str) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return node.name == name
    if isinstance(node, ast.Import | ast.ImportFrom):
        return any((one.asname or one.name) == name for one in node.names)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return any(isinstance(one, ast.Name) and one.id == name for one in targets)
    return False
