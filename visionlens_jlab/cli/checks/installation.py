"""Python and the packages."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import metadata

from packaging.requirements import Requirement

from visionlens_jlab.cli.checks.finding import Finding

DISTRIBUTION = "visionlens-jlab"
OLDEST = (3, 11)


def check() -> Iterator[Finding]:
    """The version of Python and of each package we need."""
    found = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] < OLDEST:
        yield Finding("mend", "Python", found, "Use Python 3.11 or newer.")
    else:
        yield Finding("ok", "Python", f"{found} ({sys.executable})")
    try:
        version, requirements = metadata.version(DISTRIBUTION), metadata.requires(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        yield Finding("note", DISTRIBUTION, "runs from a checkout; packages are not checked")
        return
    yield Finding("ok", DISTRIBUTION, version)
    for text in requirements or ():
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"extra": "lab"}):
            yield _package(requirement)


def _package(requirement: Requirement) -> Finding:
    advice = f'pip install "{requirement.name}{requirement.specifier}"'
    try:
        version = metadata.version(requirement.name)
    except metadata.PackageNotFoundError:
        return Finding("mend", requirement.name, "is not installed", advice)
    if not requirement.specifier.contains(version, prereleases=True):
        message = f"{version} is installed, {requirement.specifier} is needed"
        return Finding("mend", requirement.name, message, advice)
    return Finding("ok", requirement.name, version)
