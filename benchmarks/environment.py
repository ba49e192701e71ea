"""Size of a light environment: `pip install .` alone, and what it adds to JupyterLab.

Usage: python benchmarks/environment.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAVY = ["torch", "transformers", "umap", "numba", "sklearn", "nvidia"]


def megabytes(folder: Path) -> float:
    """Bytes of all files below the folder, in MB (10^6)."""
    return sum(f.lstat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6


def environment(folder: Path, *requirements: str) -> Path:
    """A new environment with the requirements installed; returns its site-packages."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [str(folder / "bin" / "pip"), "install", "-q", "--no-compile", *requirements]
    subprocess.run(pip, check=True, cwd=ROOT)
    return next(folder.glob("lib/python*/site-packages"))


def main() -> None:
    """Print three sizes and whether anything heavy came along."""
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        lab = environment(base / "lab", "jupyterlab>=4.4,<5")
        light = environment(base / "light", ".")
        both = environment(base / "both", ".[lab,pandas]")
        heavy = [name for name in HEAVY if (light / name).exists() or (both / name).exists()]
        print(f"JupyterLab alone        {megabytes(lab):7.0f} MB")
        print(f"pip install .           {megabytes(light):7.0f} MB")
        print(f"pip install .[lab,pandas] {megabytes(both):5.0f} MB")
        print(f"heavy packages          {', '.join(heavy) or 'none'}")


if __name__ == "__main__":
    main()
