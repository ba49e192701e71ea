"""The kit for authors: templates and examples keep the contract, and broken plugins are caught."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from visionlens_jlab.cli import main
from visionlens_jlab.plugins.kinds import Kind
from visionlens_jlab.plugins.kit.check import check
from visionlens_jlab.plugins.kit.contract import Trying, try_plugin
from visionlens_jlab.plugins.kit.templates import template

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "plugins").glob("*.py"))


def faults(path: Path, **how) -> list[str]:
    """What the kit says of a file."""
    manifest, found = check(path)
    if manifest is not None and not found:
        found = try_plugin(path, manifest, Trying(**how))
    return [f"{one.where}: {one.message}" for one in found]


@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_template_keeps_the_contract(tmp_path, capsys, kind):
    assert main(["plugin", "new", kind, "my-first", "--folder", str(tmp_path)]) == 0
    path = tmp_path / "my_first.py"
    assert main(["plugin", "test", str(path)]) == 0, capsys.readouterr().out
    assert "meets its contract" in capsys.readouterr().out
    assert main(["plugin", "new", kind, "my-first", "--folder", str(tmp_path)]) == 1
    assert len(path.read_text().splitlines()) < 90


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_keeps_the_contract(path):
    if path.stem == "transformers_embedder":
        pytest.skip("it needs a model: see test_models.py")
    assert len(path.read_text().splitlines()) < 60
    assert faults(path) == []


NUMBER = {"type": "object", "properties": {"above": {"type": "number", "default": 1}}}


def write(folder: Path, code: str, **change) -> Path:
    """An operator, or what `change` makes of it."""
    manifest = {
        "manifest": 1,
        "name": "odd",
        "version": "1",
        "api": ">=1,<2",
        "permissions": ["images", "fields"],
        "contributions": [{"kind": "operator", "id": "run", "target": "run", "schema": NUMBER}],
    }
    manifest["contributions"][0].update(change)
    path = folder / "odd.py"
    path.write_text(f"MANIFEST = {manifest!r}\n\n{code}\n")
    return path


HEAD = "def run(*, context, arguments, **rest):\n    context.progress(1)\n    "
MEASURE = {"kind": "measure", "field": "a", "schema": None}
BROKEN = {
    "no rest": (
        "def run(*, context, arguments):\n    context.progress(1)",
        {},
        "run takes no further keywords",
    ),
    "positions": ("def run(context, arguments, /, **rest): pass", {}, "arguments by position"),
    "demands": (HEAD.replace("arguments,", "arguments, images,"), {}, "run needs 'images'"),
    "no target": ("x = 1", {}, "There is no run in the file"),
    "schema": (HEAD, {"schema": {"type": "objekt"}}, "no JSON schema"),
    "defaults": (
        HEAD,
        {"schema": {"type": "object", "properties": {"a": {"default": "b", "type": "number"}}}},
        "Its defaults do not satisfy its schema: a",
    ),
    "imports": (f"import nowhere_at_all\n{HEAD}", {}, "It needs nowhere_at_all"),
    "raises": (f"{HEAD}raise KeyError('lost')", {}, "target raises KeyError: 'lost' (line 5)"),
    "silent": ("def run(**rest): return 'done'", {}, "It never says how far it is"),
    "answers": (f"{HEAD}return 3", {}, "It gives int instead of a sentence"),
    "permission": (
        f"{HEAD}context.tag(next(context.samples()), 'a')",
        {},
        "It sets tags without the permission tags.",
    ),
    "values": (
        f"{HEAD}context.set_field(next(context.samples()), 'a', [1])",
        {},
        "It sets a to list.",
    ),
    "writes": (
        f"{HEAD}\n    try: open('/tmp/visionlens_elsewhere', 'w')\n    except OSError: pass",
        {},
        "It writes to /tmp/visionlens_elsewhere, outside of context.folder.",
    ),
    "network": (
        "import socket\n"
        f"{HEAD}\n    try: socket.create_connection(('127.0.0.1', 9), 1)\n    except OSError: pass",
        {},
        "It uses the network without the permission network.",
    ),
    "exits": (f"import os\n{HEAD}os._exit(3)", {}, "ended by the exit code 3"),
    "crashes": (f"import os\n{HEAD}os.kill(os.getpid(), 11)", {}, "ended by SIGSEGV"),
    "hangs": (f"import time\n{HEAD}time.sleep(1000)", {}, "not come to its end after 3 seconds"),
    "figures": ("def run(**rest): return float('nan')", MEASURE, "It gives nan."),
    "random": (
        "import os\ndef run(**rest): return float(os.urandom(4)[0] + os.urandom(4)[0] / 999)",
        MEASURE,
        "another value for the same image",
    ),
    "evaluator": (
        "def run(**rest): return {'f1': 'high'}",
        {"kind": "evaluator"},
        "It gives {'f1': 'high'}.",
    ),
    "vectors": (
        "import numpy as np\nclass M:\n"
        "    def images(self, *, pixels, **rest): return np.zeros((len(pixels), 4))\n"
        "def run(**rest): return M()",
        {"kind": "embedder"},
        "images gives float64 (3, 4) instead of finite float32",
    ),
    "later": (
        "class M:\n    def images(self, *, pixels): pass\ndef run(**rest): return M()",
        {"kind": "embedder"},
        "images",
    ),
    "tool": (
        "def run(**rest): return {'a': {1, 2}}",
        {"kind": "tool", "description": "Sets."},
        "It gives {'a': {1, 2}}.",
    ),
    "panel": ("", {"kind": "panel", "target": "odd.js", "schema": None}, "There is no odd.js"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_plugin_is_caught_with_the_sentence_that_names_it(tmp_path, name):
    code, change, said = BROKEN[name]
    path = write(tmp_path, code, **change)
    if change.get("schema", 1) is None:
        path.write_text(path.read_text().replace(", 'schema': None", ""))
    found = faults(path, seconds=3 if name == "hangs" else 60)
    assert any(said in one for one in found), found
    assert not Path("/tmp/visionlens_elsewhere").exists()


def test_what_only_a_later_version_gives_is_no_surprise(tmp_path):
    code = "def helper(context): context.progress(1)\n\ndef run(**given):\n    helper(**given)"
    (fault,) = faults(write(tmp_path, code, schema={"type": "object"}))
    assert "helper() got an unexpected keyword argument 'arguments'" in fault
    picky = "def run(**given):\n    given['context'].progress(1)\n    assert len(given) == 2"
    (fault,) = faults(write(tmp_path, picky))
    assert fault.startswith("operator run (as by an API after 1.0): target raises AssertionError")


def test_a_manifest_is_checked_with_all_its_faults_and_nothing_is_imported(tmp_path, capsys):
    path = tmp_path / "odd.py"
    path.write_text(
        "raise RuntimeError('imported')\n"
        "MANIFEST = {'manifest': 2, 'name': 'Odd One', 'api': '>=1', 'colour': 1,"
        " 'contributions': [{'kind': 'oprator', 'id': 'a'}]}"
    )
    assert main(["plugin", "check", str(path), "--json"]) == 1
    found = json.loads(capsys.readouterr().out)[str(path)]
    assert {one["where"] for one in found} == {
        "manifest",
        "name",
        "version",
        "colour",
        "contributions.0.kind",
    }
    assert all(one["message"] and one["mend"] for one in found)
    assert main(["plugin", "check", str(tmp_path / "none.py")]) == 1
    assert "cannot be read" in capsys.readouterr().out


def test_plugins_are_listed_and_switched(tmp_path, capsys):
    (tmp_path / "plugins").mkdir()
    for name, text in template("operator", "tag-bright").items():
        (tmp_path / "plugins" / name).write_text(text)
    of = ["--data-dir", str(tmp_path)]
    assert main(["plugin", "disable", "tag-bright", *of]) == 0
    assert main(["plugin", "list", "--json", *of]) == 0
    out = capsys.readouterr().out
    assert json.loads(out[out.index("[") :])[0]["state"] == "off"
    assert main(["plugin", "enable", "tag-bright", *of]) == 0
    assert "tag-bright: on" in capsys.readouterr().out
    assert main(["plugin", "enable", "tag-brigth", *of]) == 1
