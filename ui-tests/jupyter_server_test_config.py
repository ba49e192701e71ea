"""Server configuration for the browser tests; never for production: it opens the server."""

import os
from pathlib import Path

from jupyterlab.galata import configure_jupyter_server

configure_jupyter_server(c)  # noqa: F821
root = Path(os.environ["VISIONLENS_TEST_ROOT"])
c.ServerApp.root_dir = str(root)  # noqa: F821
c.VisionLens.allowed_roots = [str(root), str(Path.home()), "gs://photos/street"]  # noqa: F821
