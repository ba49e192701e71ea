"""How the tests start a Jupyter server in a process of its own."""

from __future__ import annotations

import sys

# jsonschema builds the parsers of a format that nobody here states where it can: a CPU second.
_MAIN = """
import sys
sys.modules["rfc3987_syntax"] = None
from jupyter_server.serverapp import main
main()
"""
SERVER = [sys.executable, "-c", _MAIN]
"""The command; options come after it."""
