"""Every check of the project, several at once where they do not disturb each other."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import browser
import environment

PYTHON_COVERAGE = 85
TYPESCRIPT_COVERAGE = 85
TESTS = "visionlens_jlab/tests"
PARTS = [
    "jobs/test_[a-h]*",
    "jobs/test_[j-rt-z]*",
    "jobs/test_s* test_documentation.py",
    "notebook",
    "api",
    "catalog workspace",
    "vectors",
    "embedding duplicates",
    "jobs/test_i*",
    "agents",
    "formats media",
    "evaluation demo",
]
"""Folders or files of tests that run in one process each, the longest first; the others together
in one more. Each takes seven CPU seconds before its first test."""
UNMEASURED = [
    "jobs/test_[a-h]*",
    "jobs/test_[j-rt-z]*",
    "jobs/test_s* test_documentation.py",
]
"""Parts that go over lines which others show: measuring takes a third of what Python does."""
CONTRACT = "api"
"""The part whose tests need the plugin of schemathesis, a CPU second of each process."""
TYPES_ALONE = ["--composite", "false", "--incremental", "false", "--declaration", "false"]
LANES = min(6, (os.cpu_count() or 1) + 1)
"""So many checks run at once: more than there are cores, as many tests wait for a process."""
BROWSERS = 3
BROWSER_PORT = 8870
COVERED = ".coverage-"


@dataclass(frozen=True)
class Check:
    """One command; `group` is what `--only` may name besides `name`."""

    name: str
    group: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)


def _tool(name: str) -> str:
    return str(environment.BIN / name)


def _checks() -> list[Check]:
    """All but the browser's, the longest first."""
    jlpm = _tool("jlpm")
    tests = _python_tests()
    return [
        *tests[:5],
        Check("jest", "typescript", [jlpm, "test"]),
        Check("tsc", "lint", [jlpm, "tsc", "--noEmit", *TYPES_ALONE, "-p", "tsconfig.test.json"]),
        Check("mypy", "lint", [_tool("mypy")]),
        *tests[5:],
        Check("eslint", "lint", [jlpm, "eslint:check"]),
        Check("imports of TypeScript", "lint", [jlpm, "imports:check"]),
        Check("prettier", "lint", [jlpm, "prettier:check"]),
        Check("stylelint", "lint", [jlpm, "stylelint:check"]),
        Check("import rules", "lint", [_tool("lint-imports"), "--no-cache", "--no-logo"]),
        Check("ruff", "lint", [_tool("ruff"), "check", "."]),
        Check("ruff format", "lint", [_tool("ruff"), "format", "--check", "."]),
    ]


def _python_tests() -> list[Check]:
    command = [
        str(environment.PYTHON),
        "-m",
        "pytest",
        "--durations=5",
        "-rs",
        "--hypothesis-profile=test",
    ]
    arguments = {part: _matching(part) for part in PARTS}
    named = [place for places in arguments.values() for place in places]
    arguments["others"] = [f"--ignore={place}" for place in named]
    found = []
    for number, (name, chosen) in enumerate(arguments.items()):
        measured = name not in UNMEASURED
        options = ["--cov", "--cov-report="] if measured else []
        options += [] if name == CONTRACT else ["-p", "no:schemathesis"]
        env = {"COVERAGE_FILE": f"{COVERED}{number}"} if measured else {}
        found.append(Check(f"pytest {name}", "python", [*command, *options, *chosen], env))
    return found


def _matching(part: str) -> list[str]:
    """The folders or files of one part."""
    return sorted(
        str(place.relative_to(environment.ROOT))
        for pattern in part.split()
        for place in (environment.ROOT / TESTS).glob(pattern)
    )


def _browser_checks() -> list[Check]:
    """The browser tests in parts, each with a server of its own."""
    command = [_tool("jlpm"), "playwright", "test", "-c", "ui-tests/playwright.config.js"]
    made = environment.STAMPS / "demonstration"
    shutil.rmtree(made, ignore_errors=True)  # of the run before
    shared = {"CHROMIUM": browser.find(), "VISIONLENS_TEST_DEMO": str(made)}
    return [
        Check(
            f"galata {part} of {BROWSERS}",
            "browser",
            [*command, f"--shard={part}/{BROWSERS}"],
            {**shared, "VISIONLENS_TEST_PORT": str(BROWSER_PORT + part)},
        )
        for part in range(1, BROWSERS + 1)
    ]


def run(only: list[str] | None) -> int:
    """Run the checks named (all by default); returns the exit status."""
    started = time.monotonic()
    wanted = [check for check in _checks() if _wanted(check, only)]
    if only is None or "browser" in only:
        # The longest of all, each beside two others: each lane takes the next when it is free.
        for number, check in enumerate(_browser_checks()):
            wanted.insert(number * LANES, check)
    with ThreadPoolExecutor(LANES) as lanes:
        results = dict(lanes.map(_run, wanted))
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


def _run(check: Check) -> tuple[str, bool]:
    """Run a check and print how it went; its name and whether it passed."""
    started = time.monotonic()
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(
            check.command,
            cwd=environment.ROOT,
            env={**environment.environ(), **check.env},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)  # with what its own children took
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        lines = output.read().splitlines()
    passed = process.returncode == 0
    took = f"{time.monotonic() - started:.0f} s, {usage.ru_utime + usage.ru_stime:.0f} CPU s"
    with _printing:
        print(f"\n== {check.name}: {'ok' if passed else 'FAILED'} ({took})", flush=True)
        print("\n".join(lines[-25 if passed else -400 :]), flush=True)
    return check.name, passed


def _covered() -> list[str]:
    """The files of coverage that the tests of Python left."""
    return [file for check in _python_tests() if (file := check.env.get("COVERAGE_FILE"))]


def _coverage() -> bool:
    python = str(environment.PYTHON)
    env = environment.environ()
    subprocess.run(
        [python, "-m", "coverage", "combine", "-q", *_covered()],
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
    """Run the long campaigns: tests marked `soak`, new random examples, the load benchmark."""
    python = str(environment.PYTHON)
    tests = [python, "-m", "pytest", "--timeout=3600"]
    commands = [
        [*tests, "-m", "soak", "-s"],
        [*tests, "-m", "hypothesis and not soak", "--hypothesis-profile=soak"],
        [python, "benchmarks/ten_clients.py", "--seconds", "120"],
    ]
    codes = [subprocess.run(c, env=environment.environ(), check=False).returncode for c in commands]
    return max(codes)
