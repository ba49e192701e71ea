"""`python -m visionlens_jlab.cli`."""

from __future__ import annotations

import sys

from visionlens_jlab.cli import main

if __name__ == "__main__":
    sys.exit(main())
