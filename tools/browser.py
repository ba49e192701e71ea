"""Which Chromium the browser tests use."""

from __future__ import annotations

import os
import shutil
import subprocess

import environment

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]


def find() -> str:
    """`$CHROMIUM`, else the system's, else Playwright's download, else Debian's package (as root).

    Raises
    ------
    environment.SetupError
        When none can be had; the message says what to install.
    """
    named = os.environ.get("CHROMIUM")
    if named:
        return _report(named, "from $CHROMIUM")
    installed = next(filter(None, map(shutil.which, NAMES)), None)
    if installed:
        return _report(installed, "from the system")
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        print("  chromium (Debian's package) ...", flush=True)
        for command in (
            ["apt-get", "update", "-qq"],
            [
                "apt-get",
                "install",
                "-y",
                "-qq",
                "--no-install-recommends",
                "chromium",
                "fonts-dejavu-core",
            ],
        ):
            environment.run(command, "installing chromium")
        return _report(shutil.which("chromium") or "", "from Debian's package")
    downloaded = _playwright()
    if downloaded:
        return _report(downloaded, "downloaded by Playwright")
    raise environment.SetupError(
        "The browser tests need Chromium: install it (apt install chromium) or set CHROMIUM=/path."
    )


def _playwright() -> str | None:
    env = {
        k: v for k, v in environment.environ().items() if k != "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD"
    }
    jlpm = str(environment.BIN / "jlpm")
    done = subprocess.run([jlpm, "playwright", "install", "chromium"], env=env, check=False)
    if done.returncode:
        return None
    program = "console.log(require('@playwright/test').chromium.executablePath())"
    out = subprocess.run(
        ["node", "-e", program], env=env, text=True, capture_output=True, check=False
    )
    return out.stdout.strip() or None


def _report(path: str, origin: str) -> str:
    print(f"  browser: {path} ({origin})", flush=True)
    return path
