"""Render a small demonstration dataset and serve JupyterLab on it for the browser tests."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from visionlens_jlab.tests.buckets.fault_server import Bucket, served

IMAGES = 240
BUCKET_PORT = 1000
"""So much above the server's port is that of a bucket with the same dataset."""


def _copy_demonstration(root: Path) -> None:
    """Copy the dataset, which the first of several servers renders where it is told."""
    made = Path(os.environ.get("VISIONLENS_TEST_DEMO", root))
    made.mkdir(parents=True, exist_ok=True)
    with (made / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (made / "street").exists():
            command = ["-m", "visionlens_demo", "--out", str(made / "street"), "--n", str(IMAGES)]
            subprocess.run([sys.executable, *command], check=True)
    if made != root:
        shutil.copytree(made, root, dirs_exist_ok=True)


def _bucket_of(root: Path) -> Bucket:
    bucket = Bucket()
    for path in sorted((root / "street").rglob("*")):
        if path.is_file():
            bucket.put(path.relative_to(root).as_posix(), path.read_bytes())
    return bucket


def main() -> int:
    """Serve on the port given, in a folder that goes with the process."""
    port = sys.argv[1]
    root = Path(tempfile.mkdtemp(prefix="visionlens-ui-"))
    try:
        _copy_demonstration(root)
        with served(_bucket_of(root), int(port) + BUCKET_PORT) as address:
            return _serve(port, root, {"STORAGE_EMULATOR_HOST": address})
    except KeyboardInterrupt:
        return 0
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _serve(port: str, root: Path, more: dict[str, str]) -> int:
    env = {
        **os.environ,
        **more,
        "VISIONLENS_TEST_ROOT": str(root),
        "VISIONLENS_DATA_DIR": str(root / ".visionlens"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / ".lab" / "workspaces"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / ".lab" / "settings"),
    }
    config = Path(__file__).with_name("jupyter_server_test_config.py")
    lab = [sys.executable, "-m", "jupyterlab", "--allow-root", f"--config={config}"]
    return subprocess.run([*lab, f"--ServerApp.port={port}"], env=env, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
