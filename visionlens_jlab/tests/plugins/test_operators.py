"""Operators and measures of plugins as jobs: what they write, and what hostile ones cannot do."""

from __future__ import annotations

import os
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import visionlens_jlab as vl
from visionlens_jlab.core.jobs.inline import run_job
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.plugins.installed import LOG_BYTES, InstalledPlugins
from visionlens_jlab.plugins.shapes import OperatorRequest

EXAMPLES = Path(__file__).parents[3] / "examples" / "plugins"


def run(library, store, plugin, operator="run", **given):
    """Run an operator to its end; the job."""
    request = OperatorRequest(dataset=store.slug, plugin=plugin, operator=operator, **given)
    return run_job(library, request, on_progress=lambda _: None)


def failed(library, store, plugin, code="PLUGIN_FAILED") -> str:
    """The sentence with which a run fails; the dataset is as it was."""
    version = store.version
    with pytest.raises(VisionLensError) as caught:
        run(library, store, plugin)
    assert caught.value.code == code
    assert store.version == version
    return caught.value.message


def rows(store, columns):
    return store.sql(f"SELECT {columns} FROM samples ORDER BY sample_id").to_pylist()


def test_a_measure_fills_a_field(library, store):
    (library.data_dir / "plugins").mkdir()
    (library.data_dir / "plugins" / "entropy.py").write_text((EXAMPLES / "entropy.py").read_text())
    with Image.open(next(iter((library.data_dir.parent / "street").iterdir()))) as image:
        noise = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)
        Image.fromarray(noise).save(image.filename, quality=100)
        noisy = Path(image.filename).name
    assert run(library, store, "entropy", "entropy").result["changed"] == 30
    values = {row["filename"]: row["entropy"] for row in rows(store, "filename, entropy")}
    assert values.pop(noisy) > 6.5
    assert max(values.values()) < 0.5


def test_an_operator_leaves_copies_and_tags(library, store):
    (library.data_dir / "plugins").mkdir()
    for example in EXAMPLES.glob("*.py"):
        (library.data_dir / "plugins" / example.name).write_text(example.read_text())
    job = run(library, store, "blur-faces", "blur", arguments={"label": "car"}, ids=[0, 1, 3])
    assert job.result["changed"] == 2 and job.result["files"] == 2
    assert {Image.open(path).size for path in Path(job.result["output"]).iterdir()} == {(64, 48)}
    tagged = store.sql("SELECT sample_id FROM samples WHERE list_contains(tags, 'blurred')")
    assert sorted(tagged["sample_id"].to_pylist()) == [1, 3]
    with pytest.raises(VisionLensError, match="radius: 0 is less than the minimum") as caught:
        run(library, store, "blur-faces", "blur", arguments={"radius": 0})
    assert caught.value.code == "REQUEST_INVALID"


def test_a_notebook_runs_one_on_a_view(library, store, plugin, tmp_path):
    plugin(
        "splits",
        """
        def run(*, context, arguments, **rest):
            for sample in context.samples():
                context.set_field(sample, "first", sample.split[0])
                context.set_field(sample, "half", sample.width / 2)
            return "said"
        """,
    )
    slug = store.slug
    library.close()
    with vl.open(slug, data_dir=tmp_path / "data") as dataset:
        result = dataset.run_plugin("splits", "run", view=dataset.where("split = 'val'"))
        assert result["message"] == "said" and result["changed"] == 10
        frame = dataset.to_pandas()
    assert set(frame["first"].dropna()) == {"v"} and frame["half"].dropna().eq(32).all()


HOSTILE = {
    "raises": ("def run(**given): raise KeyError('lost')", "KeyError"),
    "imports": ("import nowhere_at_all", "ModuleNotFoundError"),
    "exits": ("import os\ndef run(**given): os._exit(3)", "exit code 3"),
    "leaves": ("import sys\ndef run(**given): sys.exit(0)", "before it was done"),
    "crashes": (
        "import os, signal\ndef run(**given): os.kill(os.getpid(), signal.SIGSEGV)",
        "SIGSEGV",
    ),
    "leaks": ("def run(**given): kept = [bytearray(1 << 26) for _ in range(64)]", "MemoryError"),
    "strange": ("def run(*, context, **rest): context._link.send('tag', 1)", "no message"),
    "forges": ("def run(*, context, **rest): context._link.send('tag', 999, 'a')", "999"),
    "values": (
        "def run(*, context, **rest):\n"
        "    context.set_field(next(context.samples()), 'a', {'b': 1})",
        "neither text",
    ),
    "longs": (
        "def run(*, context, **rest):\n    context.tag(next(context.samples()), 'a' * 5000)",
        "named one of its tags",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_a_plugin_does_is_its_own_failure(library, store, plugin, monkeypatch, name):
    monkeypatch.setenv("VISIONLENS_PLUGIN_MEMORY", "512")
    code, said = HOSTILE[name]
    plugin(name, code)
    assert said in failed(library, store, name)


def test_one_that_hangs_is_ended(library, store, plugin, monkeypatch):
    monkeypatch.setenv("VISIONLENS_PLUGIN_SECONDS", "3")
    plugin("hangs", "import time\ndef run(**given): time.sleep(1000)")
    assert "said nothing for 3 seconds" in failed(library, store, "hangs")


def test_what_it_prints_is_kept_to_64_kib(library, store, plugin):
    plugin(
        "prints",
        """
        def run(**given):
            line = "x" * 999
            for _ in range(200_000):
                print(line)
            print("the end")
        """,
    )
    run(library, store, "prints")
    log = InstalledPlugins(library.data_dir).log("prints")
    assert log.endswith("the end\n") and len(log) <= LOG_BYTES
    assert InstalledPlugins(library.data_dir).log_file("prints").stat().st_mode & 0o77 == 0


def test_what_it_starts_ends_with_it(library, store, plugin):
    plugin(
        "forks",
        """
        import os, subprocess, sys
        def run(*, context, **rest):
            here = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
            away = subprocess.Popen(
                [sys.executable, "-c", "import time; time.sleep(1000)"], start_new_session=True)
            (context.folder / "pids").write_text(f"{here.pid} {away.pid}")
        """,
    )
    output = Path(run(library, store, "forks").result["output"])
    deadline = time.monotonic() + 10
    left = [int(pid) for pid in (output / "pids").read_text().split()]
    while left and time.monotonic() < deadline:
        left = [pid for pid in left if _runs(pid)]
    assert not left


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


@pytest.mark.skipif(not Path("/proc/self/ns/net").exists(), reason="Linux holds plugins to it")
def test_it_writes_in_its_own_folder_only(library, store, plugin, tmp_path):
    plugin(
        "writes",
        f"""
        import os, socket, signal
        def tried(what, *given):
            try:
                what(*given)
                return "done"
            except OSError as error:
                return "refused"
        def run(*, context, **rest):
            (context.folder / "mine").write_text("mine")
            found = [
                tried(os.unlink, {str(tmp_path / "data" / "state.sqlite")!r}),
                tried(open, {str(tmp_path / "data" / "new")!r}, "w"),
                tried(open, {str(tmp_path / "street" / "image_00000.jpg")!r}, "r+b"),
                tried(socket.create_connection, ("127.0.0.1", 9), 1),
            ]
            return " ".join(found)
        """,
    )
    job = run(library, store, "writes")
    log = InstalledPlugins(library.data_dir).log("writes")
    if "refused" not in job.result["message"]:
        pytest.skip(f"This system cannot confine: {log}")
    assert job.result["message"] == "refused refused refused refused"
    assert (Path(job.result["output"]) / "mine").read_text() == "mine"


def test_it_gets_no_secrets(library, store, plugin, monkeypatch):
    monkeypatch.setenv("VISIONLENS_AGENT_KEY", "secret")
    plugin("looks", "import os\ndef run(**given): return ' '.join(os.environ)")
    message = run(library, store, "looks").result["message"]
    assert "PATH" in message and "KEY" not in message and "TOKEN" not in message
    assert os.environ["VISIONLENS_AGENT_KEY"] == "secret"


def test_permissions_are_kept(library, store, plugin):
    path = plugin("fewer", "def run(*, context, **r): context.tag(next(context.samples()), 'a')")
    path.write_text(path.read_text().replace('"tags", ', ""))
    assert "without having that permission" in failed(library, store, "fewer")


def test_one_that_is_off_does_not_run(library, store, plugin):
    plugin("quiet", "def run(**given): pass")
    InstalledPlugins(library.data_dir).switch("quiet", on=False)
    assert "switched off" in failed(library, store, "quiet", "PLUGIN_OFF")
    assert "no plugin 'quite'" in failed(library, store, "quite", "PLUGIN_NOT_FOUND")
    InstalledPlugins(library.data_dir).switch("quiet", on=True)
    assert run(library, store, "quiet").result["changed"] == 0


def test_a_preview_says_what_would_change_and_changes_nothing(library, store):
    (library.data_dir / "plugins").mkdir()
    for example in EXAMPLES.glob("*.py"):
        (library.data_dir / "plugins" / example.name).write_text(example.read_text())
    version = store.version
    blurred = run(library, store, "blur-faces", "blur", arguments={"label": "car"}, preview=3)
    assert [(one["sample_id"], one["tags"]) for one in blurred.result["changes"]] == [
        (0, []),
        (1, ["blurred"]),
        (2, []),
    ]
    assert (blurred.result["files"], blurred.result["output"]) == (1, None)
    measured = run(library, store, "entropy", "entropy", preview=2).result["changes"]
    assert [list(one["values"]) for one in measured] == [["entropy"], ["entropy"]]
    assert store.version == version
    assert not list((library.data_dir / "plugins" / "output").glob("*/*"))


def test_only_listed_modules_are_imported(library, store, plugin, monkeypatch):
    monkeypatch.setenv("VISIONLENS_PLUGIN_MODULES", "numpy,PIL")
    plugin("one", "import json, numpy\ndef run(**given):\n    import PIL; return 'done'")
    assert run(library, store, "one").result["message"] == "done"
    plugin("two", "def run(**given):\n    import pyarrow.compute")
    assert "lets plugins import no module pyarrow" in failed(library, store, "two")
