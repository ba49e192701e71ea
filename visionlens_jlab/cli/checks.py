"""What `visionlens doctor` looks at: the installation, Jupyter, the datasets and their jobs."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jupyter_core.paths import jupyter_config_path, jupyter_path
from packaging.requirements import Requirement

from visionlens_jlab.config import ENV_ALLOWED_ROOTS, allowed_roots, joined_roots
from visionlens_jlab.core.shapes import UNFINISHED
from visionlens_jlab.core.system.confinement import Confinement
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.version import __version__

if TYPE_CHECKING:
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.options import Faults, VisionLens


@dataclass(frozen=True)
class Finding:
    """`note`: worth knowing, works all the same. `mend`: does not work before it is mended."""

    level: Literal["ok", "note", "mend"]
    subject: str
    message: str
    advice: str | None = None


DISTRIBUTION = "visionlens-jlab"
OLDEST = (3, 11)


def check_installation() -> Iterator[Finding]:
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


SERVER_EXTENSION = "visionlens_jlab"
LAB_EXTENSION = "visionlens-jlab"
KERNEL_SECONDS = 60


def check_jupyter(kernel: str, faults: Faults) -> Iterator[Finding]:
    """Server extension, faults of its settings, lab extension, kernel spec of the workers."""
    yield _server_extension()
    for name, fault in sorted(faults.items()):
        advice = f"Correct c.VisionLens.{name} in the settings of the Jupyter server."
        yield Finding("mend", f"setting VisionLens.{name}", fault, advice)
    yield _lab_extension()
    yield _kernel(kernel)


def _server_extension() -> Finding:
    from jupyter_server.extension.config import ExtensionConfigManager

    manager = ExtensionConfigManager(read_config_path=jupyter_config_path())
    enabled: dict[str, bool] = manager.get_jpserver_extensions()
    subject = "server extension"
    if enabled.get(SERVER_EXTENSION):
        return Finding("ok", subject, "enabled")
    state = "is disabled" if SERVER_EXTENSION in enabled else "is not enabled"
    return Finding("mend", subject, state, f"jupyter server extension enable {SERVER_EXTENSION}")


def server_settings() -> tuple[VisionLens, Faults]:
    """What the server's files of settings say of us; what its command line says nobody knows."""
    from jupyter_core.application import JupyterApp

    from visionlens_jlab.options import VisionLens, read_settings

    app = JupyterApp()
    for name in ("jupyter_server_config", f"jupyter_{SERVER_EXTENSION}_config"):
        app.config_file_name = name
        app.load_config_file()
    return read_settings(VisionLens, app.config)


def use_roots(named: list[str]) -> Finding:
    """Have the folders read in this process that the settings name, if any; which they are."""
    whose = "set by $VISIONLENS_ALLOWED_ROOTS"
    if named:
        os.environ[ENV_ALLOWED_ROOTS] = joined_roots(Confinement.of(named))
        whose = "set by c.VisionLens.allowed_roots of the Jupyter server"
    elif ENV_ALLOWED_ROOTS not in os.environ:
        whose = "nothing is set: the home, and the folder that a server or script is started in"
    return Finding("ok", "allowed roots", f"{', '.join(allowed_roots().folders)} ({whose})")


def _lab_extension() -> Finding:
    subject = "lab extension"
    for folder in jupyter_path("labextensions"):
        described = Path(folder) / LAB_EXTENSION / "package.json"
        if described.is_file():
            break
    else:
        advice = "pip install --force-reinstall visionlens-jlab, in the environment of JupyterLab"
        return Finding("mend", subject, "is not found", advice)
    if _is_disabled():
        advice = f"jupyter labextension enable {LAB_EXTENSION}"
        return Finding("mend", subject, "is disabled", advice)
    version = _read(described).get("version")
    message = f"{version} in {described.parent}"
    if version != __version__:
        advice = f"Install {LAB_EXTENSION} again: the Python package is {__version__}."
        return Finding("mend", subject, message, advice)
    return Finding("ok", subject, message)


def _is_disabled() -> bool:
    """Whether the highest page configuration that speaks of it says so."""
    for folder in jupyter_config_path():
        disabled = _read(Path(folder) / "labconfig" / "page_config.json").get("disabledExtensions")
        if isinstance(disabled, dict) and LAB_EXTENSION in disabled:
            return bool(disabled[LAB_EXTENSION])
    return False


def _kernel(name: str) -> Finding:
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    subject = f"worker kernel {name}"
    try:
        command = KernelSpecManager().get_kernel_spec(name).argv
    except NoSuchKernel:
        advice = f"python -m ipykernel install --sys-prefix --name {name}"
        return Finding("mend", subject, "there is no such kernel spec", advice)
    program = shutil.which(command[0])
    if program is None:
        advice = "Install the kernel again: python -m ipykernel install --sys-prefix"
        return Finding("mend", subject, f"{command[0]} does not exist", advice)
    # jupyter_client puts its own interpreter in the place of a plain `python`
    own = Path(command[0]).name == command[0] and command[0].startswith("python")
    test = [sys.executable if own else program, "-c", "import ipykernel, visionlens_jlab"]
    try:
        done = subprocess.run(test, capture_output=True, check=False, timeout=KERNEL_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding("mend", subject, f"{test[0]} does not run: {error}")
    if done.returncode != 0:
        advice = f"{test[0]} -m pip install visionlens-jlab ipykernel"
        return Finding("mend", subject, f"{test[0]} lacks visionlens_jlab or ipykernel", advice)
    return Finding("ok", subject, test[0])


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


LITTLE, SCARCE = 2**30, 2**27
"""Bytes of free space: below the first it is a note, below the second must be mended."""
_NOTES = ("writes", "thumbnails", "roots")
"""Kinds of damage with which all else works."""


def check_datasets(data_dir: Path, *, repair: bool = False) -> Iterator[Finding]:
    """Folder, space, each dataset, jobs that nobody runs; with `repair` mend what can be mended."""
    place = _place(data_dir)
    yield place
    if place.level == "mend":
        return
    yield _space(data_dir)
    folders = _folders(data_dir / "datasets")
    yield Finding("ok", "datasets", f"{len(folders)}" if folders else "none yet")
    library, said = _library(data_dir)
    for folder in folders:
        jobs = library.state.list_jobs(folder.name) if library else []
        yield from _guarded(folder, jobs, repair)
    yield from said
    if library is not None:
        yield from _jobs(library)
        library.close()


def _library(data_dir: Path) -> tuple[Library | None, list[Finding]]:
    """The library without a dataset open, and what there is to say of the file that servers share.

    None: there is none, or it is damaged.
    """
    from visionlens_jlab.core.catalog.state import FILE_NAME, damage_of
    from visionlens_jlab.core.datasets.library import Library

    path = data_dir / FILE_NAME
    said = [
        Finding(
            "note",
            "state",
            f"{old} was damaged and is made anew since: jobs that waited are forgotten",
            f"Remove it: rm -r {shlex.quote(str(old))}",
        )
        for old in sorted(data_dir.glob(f"{FILE_NAME}*.damaged-*"))
    ]
    damage = damage_of(path)
    if damage is not None:
        advice = "Open any dataset, or start JupyterLab: it is set aside and made anew."
        return None, [*said, Finding("note", "state", f"{path} is damaged ({damage})", advice)]
    if not path.is_file() or not path.stat().st_size:
        return None, said
    try:
        return Library(data_dir), said
    except VisionLensError as error:
        return None, [*said, Finding("mend", "state", f"{error.code}: {error.message}", error.hint)]


def _folders(datasets: Path) -> list[Path]:
    try:
        found = [path for path in datasets.iterdir() if not path.name.startswith(".")]
    except OSError:
        return []
    return sorted(path for path in found if path.is_dir())


def _guarded(folder: Path, jobs: list[dict[str, Any]], repair: bool) -> Iterator[Finding]:
    """One dataset; whatever is wrong with it, the next one is looked at too."""
    try:
        yield from _dataset(folder, jobs, repair)
    except Exception as error:
        advice = "Restore the folder from a copy, or report this."
        cause = f"{type(error).__name__}: {error}"
        yield Finding("mend", f"dataset {folder.name}", cause, advice)


def _place(data_dir: Path) -> Finding:
    subject = "data directory"
    nearest = data_dir
    while not nearest.exists():
        nearest = nearest.parent
    if not nearest.is_dir():
        advice = f"Remove or rename {nearest}, or name another place with $VISIONLENS_DATA_DIR."
        return Finding("mend", subject, f"{nearest} is no folder", advice)
    if not os.access(nearest, os.W_OK | os.X_OK):
        advice = f"chmod u+rwx {nearest}, or name another place with $VISIONLENS_DATA_DIR."
        return Finding("mend", subject, f"{nearest} may not be written", advice)
    state = "" if nearest == data_dir else " (made with the first dataset)"
    return Finding("ok", subject, f"{data_dir}{state}")


def _space(data_dir: Path) -> Finding:
    nearest = next(folder for folder in (data_dir, *data_dir.parents) if folder.exists())
    free = shutil.disk_usage(nearest).free
    message = f"{free / 2**30:,.1f} GiB free"
    if free >= LITTLE:
        return Finding("ok", "disk space", message)
    level = "mend" if free < SCARCE else "note"
    return Finding(level, "disk space", message, "Free disk space or move the data directory.")  # type: ignore[arg-type]


def _dataset(folder: Path, jobs: list[dict[str, Any]], repair: bool) -> Iterator[Finding]:
    from visionlens_jlab.core.damage.repair import examine
    from visionlens_jlab.core.damage.repair import repair as mend
    from visionlens_jlab.core.datasets.card import current_card

    card = current_card(folder)
    subject = f"dataset {card.name}"
    if card.state == "busy":
        yield Finding("ok", subject, f"held by {card.owner}")
        return
    try:
        for sentence in (*mend(folder), *_rebuild(folder)) if repair else ():
            yield Finding("ok", f"{subject}, repaired", sentence)
        found = examine(folder)
    except VisionLensError as error:
        yield _refused(subject, error)
        return
    ingests = [row for row in jobs if row["kind"] == "ingest"]
    waits = any(row["state"] in UNFINISHED for row in ingests)
    if card.state == "incomplete" or (card.state == "ingesting" and not waits):
        source = ingests[-1]["ingest"]["source"] if ingests and ingests[-1].get("ingest") else None
        place = shlex.quote(source) if source else "SOURCE"
        name = shlex.quote(card.name)
        advice = f"visionlens ingest --incremental {place} --name {name} completes it."
        yield Finding("note", subject, f"incomplete, {found.samples:,} samples", advice)
    else:
        yield Finding("ok", subject, f"{found.samples:,} samples")
    for damage in found.damages:
        level: Literal["note", "mend"] = "note" if damage.kind in _NOTES else "mend"
        about = f"{subject}, {damage.kind} {damage.name}".rstrip()
        yield Finding(level, about, damage.message, damage.hint)


def _rebuild(folder: Path) -> Iterator[str]:
    """Make damaged derived files again, as far as that can be done here."""
    from visionlens_jlab.core.datasets.library import Library
    from visionlens_jlab.core.jobs.inline import run_job

    library = Library(folder.parent.parent)
    try:
        for one in library.open(folder.name).mending.rebuilds(thorough=True):
            try:
                run_job(library, one.request, on_progress=lambda _: None)
                yield f"{one.what} was made again."
            except VisionLensError as error:
                yield f"{one.what} stays damaged: {error.message}"
    finally:
        library.close()


def _refused(subject: str, error: VisionLensError) -> Finding:
    """A dataset that cannot be opened."""
    if error.code == "DATASET_READ_ONLY":
        return Finding("ok", subject, "is upgraded when it is opened next")
    if error.code == "DATASET_BUSY":
        return Finding("ok", subject, error.message)
    return Finding("mend", subject, f"{error.code}: {error.message}", error.hint)


def _jobs(library: Library) -> Iterator[Finding]:
    """Jobs of processes that are gone, and folders of jobs that are forgotten."""
    from visionlens_jlab.core.jobs.queue import Owner, job_of, readable
    from visionlens_jlab.core.jobs.retirement import why_lost

    me = Owner()
    for row in library.state.list_jobs(states=UNFINISHED):
        subject = f"job {row['job'][:8]} on {row['dataset']}"
        if not readable([row]):
            advice = "Nothing is to be done: it is left alone. Start it again if you miss it."
            yield Finding("note", subject, "it cannot be read", advice)
        elif me.outlives(row):
            reason = why_lost(library, job_of(row))
            advice = "Start JupyterLab with this data directory: the job goes on by itself."
            if reason is not None:
                advice = f"{reason} Nothing is to be done: JupyterLab ends it when it starts."
            yield Finding("note", subject, f"{row['state']}, but its process is gone", advice)
        else:
            yield Finding("ok", subject, f"{row['state']}, process {row['pid']} on {row['host']}")
    known = {row["job"] for row in library.state.list_jobs()}
    for folder in sorted((library.data_dir / "spool").glob("*/")):
        if folder.name not in known:
            yield Finding(
                "note", "spool", f"{folder} belongs to no job", f"Remove it: rm -r '{folder}'"
            )
