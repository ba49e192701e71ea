"""Render a small demonstration dataset and serve JupyterLab on it for the browser tests."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

IMAGES = 240


def main() -> int:
    """Serve on the port given, in a folder that goes with the process."""
    port = sys.argv[1]
    root = Path(tempfile.mkdtemp(prefix="visionlens-ui-"))
    try:
        command = ["-m", "visionlens_jlab.demo", "--out", str(root / "street"), "--n", str(IMAGES)]
        subprocess.run([sys.executable, *command], check=True)
        env = {
            **os.environ,
            "VISIONLENS_TEST_ROOT": str(root),
            "VISIONLENS_DATA_DIR": str(root / ".visionlens"),
            "JUPYTERLAB_WORKSPACES_DIR": str(root / ".lab" / "workspaces"),
            "JUPYTERLAB_SETTINGS_DIR": str(root / ".lab" / "settings"),
        }
        config = Path(__file__).with_name("jupyter_server_test_config.py")
        lab = [sys.executable, "-m", "jupyterlab", "--allow-root", f"--config={config}"]
        return subprocess.run([*lab, f"--ServerApp.port={port}"], env=env, check=False).returncode
    except KeyboardInterrupt:
        return 0
    finally:
        shutil.rmtree(root, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
