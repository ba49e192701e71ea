"""Plugins over REST: list, switch, log, and a run in a worker of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from visionlens_jlab.tests.api.conftest import api, dataset, extension
from visionlens_jlab.tests.api.servers import code
from visionlens_jlab.tests.jobs.conftest import Jobs, jobs
from visionlens_jlab.tests.plugins.conftest import HEAD

EXAMPLES = Path(__file__).parents[3] / "examples" / "plugins"
__all__ = ["api", "dataset", "extension", "jobs"]


@pytest.fixture
def folder(extension) -> Path:
    """The user's folder with a plugin that works and one that does not."""
    made = extension.services.data_dir / "plugins"
    made.mkdir(parents=True)
    body = "def run(*, context, **rest):\n    print('printed')\n"
    body += "    for sample in context.samples():\n        context.tag(sample, 'seen')\n"
    (made / "seen.py").write_text(HEAD.format(name="seen") + body)
    (made / "broken.py").write_text("MANIFEST = 1")
    return made


async def test_a_plugin_is_listed_run_and_switched_off(api, dataset, folder, jobs: Jobs):
    listed = await api.json("plugins")
    assert listed["folder"] == str(folder)
    assert {one["name"]: one["state"] for one in listed["plugins"]} == {
        "broken": "broken",
        "seen": "on",
    }
    asked = {"dataset": dataset, "plugin": "seen", "operator": "run"}
    job = await jobs.end(await api.json("jobs", "POST", {"kind": "operator", "operator": asked}))
    assert job["state"] == "done" and job["result"]["changed"] == 30
    log = await api.json("plugins/seen/log")
    assert "printed" in log["text"]
    changed = await api.json("plugins/seen", "PATCH", {"enabled": False})
    assert changed["state"] == "off" and changed["log"]
    refused = await api("jobs", "POST", {"kind": "operator", "operator": asked})
    assert (refused.code, code(refused)) == (403, "PLUGIN_OFF")
    assert code(await api("plugins/none/log")) == "PLUGIN_NOT_FOUND"
    assert json.loads((folder / ".switched.json").read_text()) == {"off": ["seen"]}


async def test_the_code_of_a_panel_is_served_while_its_plugin_is_on(api, extension):
    folder = extension.services.data_dir / "plugins"
    folder.mkdir(parents=True)
    for name in ("cooccurrence.py", "cooccurrence.js"):
        (folder / name).write_text((EXAMPLES / name).read_text())
    path = "plugins/cooccurrence/panels/co-occurrence"
    answer = await api(path)
    assert answer.body == (EXAMPLES / "cooccurrence.js").read_bytes()
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    (folder / "cooccurrence.js").unlink()
    assert code(await api(path)) == "PLUGIN_NOT_FOUND"
    await api.json("plugins/cooccurrence", "PATCH", {"enabled": False})
    refused = await api(path)
    assert (refused.code, code(refused)) == (403, "PLUGIN_OFF")


PANEL = {"kind": "panel", "id": "p"}


@pytest.mark.parametrize("target", ["run", "../secret.js", "a/b.js", ".hidden.js", "x.py"])
async def test_a_panel_names_a_module_beside_its_file(api, extension, target):
    folder = extension.services.data_dir / "plugins"
    folder.mkdir(parents=True)
    (folder.parent / "secret.js").write_text("secret")
    head = HEAD.format(name="odd").replace(
        '{"kind": "operator", "id": "run", "target": "run"}', repr({**PANEL, "target": target})
    )
    (folder / "odd.py").write_text(head)
    (listed,) = (await api.json("plugins"))["plugins"]
    assert listed["state"] == "broken" and "target" in listed["reason"]
    assert (await api("plugins/odd/panels/p")).code in (403, 404)
