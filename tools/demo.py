"""`make demo`: a demonstration dataset in `.demo/`, and JupyterLab opened on it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
import webbrowser

import environment

NAME = "demo"
EARLIER = "street-demo"
"""The name of before; its dataset stays where one was made."""
FOLDER = "visionlens-demo"
"""As `visionlens demo` calls them, so that the examples of the guide run here too."""
HOME = environment.ROOT / ".demo"
WORK = HOME / "work"
"""What the file browser shows: the notebook and the images."""
STARTUP_SECONDS = 90


def run(images: int, port: int, browser: bool) -> int:
    """Render, ingest, serve; returns when JupyterLab stops."""
    env = {
        **environment.environ(),
        "VISIONLENS_DATA_DIR": str(HOME / "data"),
        "JUPYTERLAB_WORKSPACES_DIR": str(HOME / "lab" / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(HOME / "lab" / "settings"),
        "JUPYTER_RUNTIME_DIR": str(HOME / "runtime"),
        "PYTHONPATH": "",
    }
    for folder in ("data", "runtime", "work"):
        (HOME / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    _quiet_lab()
    _make_dataset(images, env)
    _copy_tour()
    return _serve(port, browser, env)


def _copy_tour() -> None:
    """Once; that of an earlier version, which opens a dataset of another name, is put aside."""
    notebook = WORK / "tour.ipynb"
    if notebook.exists() and EARLIER in notebook.read_text(errors="replace"):
        notebook.rename(WORK / f"tour-{EARLIER}.ipynb")
    if not notebook.exists():
        shutil.copyfile(environment.ROOT / "examples" / "tour.ipynb", notebook)


def _quiet_lab() -> None:
    """Lab's question about news would stand over the first picture."""
    file = HOME / "lab/settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
    if not file.exists():
        file.parent.mkdir(parents=True)
        file.write_text('{"fetchNews": "false", "checkForUpdates": false}\n')


def _make_dataset(images: int, env: dict[str, str]) -> None:
    python = str(environment.PYTHON)
    folder = WORK / FOLDER
    arguments = [str(folder), NAME, str(HOME / "data")]
    if not (folder / "annotations" / "instances.json").exists():
        print(f"  rendering {images:,} images into {folder} ...", flush=True)
        command = ["-m", "visionlens_demo", "--out", str(folder), "--n", str(images)]
        subprocess.run([python, *command], env=env, check=True)
    dataset = HOME / "data" / "datasets" / NAME
    if not (dataset / "dataset.json").exists():
        print("  ingesting it ...", flush=True)
        program = (
            "import sys, visionlens_jlab as vl; "
            "print(vl.ingest(sys.argv[1], name=sys.argv[2], data_dir=sys.argv[3]).report)"
        )
        subprocess.run([python, "-c", program, *arguments], env=env, check=True)
    if not all(any(dataset.glob(f"{made}/*")) for made in ("evaluations", "projections")):
        print("  evaluating two models on it, looking where one is blind, a map ...", flush=True)
        program = (
            "import sys, visionlens_jlab as vl; from visionlens_demo import runs; "
            "ds = vl.open(sys.argv[2], data_dir=sys.argv[3]); "
            "runs.have_runs(ds, sys.argv[1]); runs.have_findings(ds); runs.have_map(ds)"
        )
        subprocess.run([python, "-c", program, *arguments], env=env, check=True)


def _serve(port: int, browser: bool, env: dict[str, str]) -> int:
    command = [
        str(environment.BIN / "jupyter-lab"),
        "--no-browser",
        f"--ServerApp.root_dir={WORK}",
        f"--ServerApp.port={port}",
        "--ServerApp.answer_yes=True",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    log = (HOME / "jupyterlab.log").open("w")
    lab = subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT)
    try:
        address = _address(lab)
        if address is None:
            tail = "\n".join((HOME / "jupyterlab.log").read_text().splitlines()[-30:])
            raise environment.SetupError(f"{tail}\n\nJupyterLab did not start.")
        print(f"\nVisionLens is open at\n\n    {address}\n\nCtrl-C stops it.", flush=True)
        if browser:
            webbrowser.open(address)
        return lab.wait()
    except KeyboardInterrupt:
        print("\nStopping JupyterLab ...", flush=True)
        return 0
    finally:
        _stop(lab)


def _address(lab: subprocess.Popen[bytes]) -> str | None:
    """The address with its token, once the server writes it to its runtime file."""
    info = HOME / "runtime" / f"jpserver-{lab.pid}.json"
    deadline = time.monotonic() + STARTUP_SECONDS
    while time.monotonic() < deadline and lab.poll() is None:
        if info.exists():
            try:
                server = json.loads(info.read_text())
            except ValueError:  # still being written
                time.sleep(0.1)
                continue
            query = f"visionlens={NAME}&map&token={server['token']}"
            return f"{server['url']}lab/tree/tour.ipynb?{query}"
        time.sleep(0.1)
    return None


def _stop(lab: subprocess.Popen[bytes]) -> None:
    if lab.poll() is None:
        lab.send_signal(signal.SIGTERM)
        try:
            lab.wait(20)
        except subprocess.TimeoutExpired:
            lab.kill()
            lab.wait()
