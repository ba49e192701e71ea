"""What `import visionlens_jlab` costs: a fresh interpreter counts the modules."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

import visionlens_jlab

_SERVER = re.compile(
    r"visionlens_jlab\.(core\.(catalog|api|damage|datasets|fields|jobs|sql|views|workspace)\.\w+"
    r"|(formats|media)\.(?!capability\b|notebook\b)\w+|extension|\w+\.(store|routes|job|setup)\b)"
)
"""Modules of the process that owns the datasets, and of workers; a kernel needs the shapes only."""
HEAVY = ("pandas", "duckdb", "pydantic", "numpy", "pyarrow", "tornado", "jupyter_server", "httpx")


def loaded_after(code: str) -> set[str]:
    program = f"{code}\nimport json, sys; sys.stdout.write(json.dumps(list(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(json.loads(result.stdout))


def test_importing_loads_nothing_heavy_and_no_server_code() -> None:
    loaded = loaded_after("import visionlens_jlab")
    assert loaded.isdisjoint(HEAVY)
    assert {name for name in loaded if name.startswith("visionlens_jlab.")} <= {
        "visionlens_jlab._version",
        "visionlens_jlab.version",
    }


def test_the_whole_notebook_api_loads_no_server_code() -> None:
    loaded = loaded_after(
        "import visionlens_jlab as vl\nfor name in vl.__all__: getattr(vl, name)\n"
        "import visionlens_jlab.core.notebook.remote_dataset"
    )
    assert loaded.isdisjoint({"pandas", "duckdb", "tornado", "jupyter_server", "PIL"})
    assert not [name for name in loaded if _SERVER.match(name) and not name.endswith("shapes")]


def test_public_names_exist_and_are_listed() -> None:
    assert dir(visionlens_jlab) == sorted(visionlens_jlab.__all__)
    for name in visionlens_jlab.__all__:
        assert getattr(visionlens_jlab, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="evaluate"):
        visionlens_jlab.evaluate  # noqa: B018
