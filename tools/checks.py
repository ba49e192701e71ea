"""Every check of the project, in two lanes where they do not disturb each other."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from dataclasses import dataclass, field

import browser
import environment

PYTHON_COVERAGE = 85
TYPESCRIPT_COVERAGE = 85
TESTS = "visionlens_jlab/tests"
APART = ["catalog", "demo", "formats", "media", "plugins"]
"""Folders whose tests start no server; they run in the lane of the front end."""
COVERED = [".coverage-rest", ".coverage-data"]


@dataclass(frozen=True)
class Check:
    """One command; `group` is what `--only` may name besides `name`."""

    name: str
    group: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)


def _tool(name: str) -> str:
    return str(environment.BIN / name)


def _lanes() -> list[list[Check]]:
    jlpm = _tool("jlpm")
    python = str(environment.PYTHON)
    pytest = [python, "-m", "pytest", "--cov", "--cov-report=", "--durations=10"]
    apart = [f"{TESTS}/{folder}" for folder in APART]
    rest = [*pytest, *(f"--ignore={folder}" for folder in apart)]
    return [
        [
            Check("ruff", "lint", [_tool("ruff"), "check", "."]),
            Check("ruff format", "lint", [_tool("ruff"), "format", "--check", "."]),
            Check("mypy", "lint", [_tool("mypy")]),
            Check("pytest", "python", rest, {"COVERAGE_FILE": COVERED[0]}),
        ],
        [
            Check("eslint", "lint", [jlpm, "eslint:check"]),
            Check("prettier", "lint", [jlpm, "prettier:check"]),
            Check("stylelint", "lint", [jlpm, "stylelint:check"]),
            Check("jest", "typescript", [jlpm, "test"]),
            Check("pytest data", "python", [*pytest, *apart], {"COVERAGE_FILE": COVERED[1]}),
        ],
    ]


def _browser_checks() -> list[Check]:
    command = [_tool("jlpm"), "playwright", "test", "-c", "ui-tests/playwright.config.js"]
    return [Check("galata", "browser", command, {"CHROMIUM": browser.find()})]


def run(only: list[str] | None) -> int:
    """Run the checks named (all by default); returns the exit status."""
    started = time.monotonic()
    lanes = [[c for c in lane if _wanted(c, only)] for lane in _lanes()]
    results: dict[str, bool] = {}
    threads = [threading.Thread(target=_run_lane, args=(lane, results)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if only is None or {"browser", "galata"} & set(only):
        _run_lane(_browser_checks(), results)
    if only is None:
        results["coverage"] = _coverage()
    passed = sum(results.values())
    failed = [name for name, ok in results.items() if not ok]
    print(
        f"\n{time.monotonic() - started:.0f} s"
        + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    print(f"checks: {passed} passed, {len(failed)} failed")
    return 1 if failed else 0


def _wanted(check: Check, only: list[str] | None) -> bool:
    return only is None or check.name in only or check.group in only


_printing = threading.Lock()


def _run_lane(lane: list[Check], results: dict[str, bool]) -> None:
    for check in lane:
        started = time.monotonic()
        done = subprocess.run(
            check.command,
            cwd=environment.ROOT,
            env={**environment.environ(), **check.env},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        results[check.name] = done.returncode == 0
        with _printing:
            word = "ok" if done.returncode == 0 else "FAILED"
            print(f"\n== {check.name}: {word} ({time.monotonic() - started:.0f} s)", flush=True)
            lines = done.stdout.splitlines()
            print("\n".join(lines[-25:] if done.returncode == 0 else lines[-400:]), flush=True)


def _coverage() -> bool:
    python = str(environment.PYTHON)
    env = environment.environ()
    subprocess.run(
        [python, "-m", "coverage", "combine", "-q", *COVERED],
        cwd=environment.ROOT,
        env=env,
        check=False,
        capture_output=True,
    )
    report = [python, "-m", "coverage", "report", f"--fail-under={PYTHON_COVERAGE}"]
    done = subprocess.run(report, env=env, text=True, capture_output=True, check=False)
    print("\n== coverage of Python\n" + done.stdout)
    summary = environment.ROOT / "coverage" / "coverage-summary.json"
    lines = json.loads(summary.read_text())["total"]["lines"]["pct"] if summary.exists() else 0
    print(f"== coverage of TypeScript: {lines}% of lines (at least {TYPESCRIPT_COVERAGE}%)")
    return done.returncode == 0 and lines >= TYPESCRIPT_COVERAGE


def soak() -> int:
    """Run the long campaigns: tests marked `soak`, then the load benchmark."""
    python = str(environment.PYTHON)
    tests = [python, "-m", "pytest", "-m", "soak", "-s", "--timeout=1800"]
    commands = [tests, [python, "benchmarks/ten_clients.py", "--seconds", "120"]]
    codes = [subprocess.run(c, env=environment.environ(), check=False).returncode for c in commands]
    return max(codes)
