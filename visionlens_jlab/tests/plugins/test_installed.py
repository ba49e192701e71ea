"""Finding plugins without importing them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from visionlens_jlab.plugins.installed import InstalledPlugins, check
from visionlens_jlab.plugins.shapes import OperatorRequest

GOOD = {
    "manifest": 1,
    "name": "good",
    "version": "1.2",
    "api": ">=1,<2",
    "title": "Good",
    "contributions": [{"kind": "operator", "id": "run", "target": "run"}],
}


def package(folder: Path, name: str, module: str, entry: str) -> None:
    """A package as pip leaves it."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text("raise RuntimeError('imported')")
    (folder / name / "plugin.py").write_text(module)
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[visionlens_jlab.plugins]\n{name} = {entry}\n")


def test_fifty_packages_are_listed_and_none_is_imported(tmp_path: Path):
    for number in range(50):
        manifest = {**GOOD, "name": f"plugin-{number}"}
        module = f"MANIFEST = {manifest!r}\nraise RuntimeError('imported')"
        package(tmp_path, f"pack_{number}", module, f"pack_{number}.plugin:MANIFEST")
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from visionlens_jlab.plugins.installed import InstalledPlugins\n"
        f"found = InstalledPlugins(Path({str(tmp_path / 'data')!r})).all()\n"
        "print(sum(one.state == 'on' for one in found),"
        " sum(name.startswith('pack_') for name in sys.modules))"
    )
    path = [str(tmp_path), *sys.path]
    answer = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(path)},
    )
    assert answer.stdout.split() == ["50", "0"]


MEASURE = {"kind": "measure", "id": "a", "target": "b"}
BROKEN = {
    "nothing": ("x = 1", "no MANIFEST"),
    "syntax": ("MANIFEST = {", "Line 1"),
    "calls": ("MANIFEST = dict(manifest=1)", "literal"),
    "newer": (f"MANIFEST = { ({**GOOD, 'api': '>=2'})!r}", "version >=2"),
    "versions": (f"MANIFEST = { ({**GOOD, 'api': 'any'})!r}", "no versions"),
    "kind": (f"MANIFEST = { ({**GOOD, 'contributions': [{'kind': 'x'}]})!r}", "kind"),
    "more": (f"MANIFEST = { ({**GOOD, 'colour': 1})!r}", "colour"),
    "path": (f"MANIFEST = { ({**GOOD, 'name': '../x'})!r}", "name"),
    "deep": (f"MANIFEST = {'[' * 5000}{']' * 5000}", ""),
    "null": ("MANIFEST = '\0'", ""),
    "large": (f"MANIFEST = {GOOD!r}\n{'#' * (1 << 20)}", "1 MiB"),
    "measure": (f"MANIFEST = { ({**GOOD, 'contributions': [MEASURE]})!r}", "field"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_says_what_is_wrong(tmp_path: Path, name: str):
    folder = tmp_path / "plugins"
    folder.mkdir()
    text, said = BROKEN[name]
    (folder / f"{name}.py").write_text(text)
    (folder / "good.py").write_text(f"MANIFEST = {GOOD!r}")
    found = {one.place: one for one in InstalledPlugins(tmp_path).all()}
    broken = found[str(folder / f"{name}.py")]
    assert broken.state == "broken" and said in str(broken.reason)
    assert found[str(folder / "good.py")].state == "on"


def test_a_file_is_read_again_when_it_is_saved(tmp_path: Path):
    (tmp_path / "plugins").mkdir()
    file = tmp_path / "plugins" / "good.py"
    file.write_text(f"MANIFEST = {GOOD!r}")
    assert InstalledPlugins(tmp_path).get("good").manifest.version == "1.2"
    file.write_text(f"MANIFEST = { ({**GOOD, 'version': '1.3.1'})!r}")
    assert InstalledPlugins(tmp_path).get("good").manifest.version == "1.3.1"


def test_two_of_a_name_and_those_not_allowed(tmp_path: Path):
    (tmp_path / "plugins").mkdir()
    for name in ("a", "b"):
        (tmp_path / "plugins" / f"{name}.py").write_text(f"MANIFEST = {GOOD!r}")
    states = [one.state for one in InstalledPlugins(tmp_path).all()]
    assert states == ["on", "broken"]
    installed = InstalledPlugins(tmp_path, ["other"])
    assert installed.get("good").state == "not_allowed"
    request = OperatorRequest(dataset="a", plugin="good", operator="run")
    check(request, {})
    with pytest.raises(Exception, match="not allowed"):
        check(request, {"plugins": ["other"]})


def test_what_lies_in_the_folder_besides_files_is_never_read(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    folder.mkdir()
    os.mkfifo(folder / "pipe.py")
    (folder / "endless.py").symlink_to("/dev/zero")
    (folder / "loop.py").symlink_to(folder / "loop.py")
    (folder / "folder.py").mkdir()
    (folder / "good.py").write_text(f"MANIFEST = {GOOD!r}")
    installed = InstalledPlugins(tmp_path)
    states = {one.name: one.state for one in installed.all()}
    assert states.pop("good") == "on"
    assert states == dict.fromkeys(("pipe", "endless", "loop", "folder"), "broken")


def test_a_name_that_is_no_text_is_shown(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / os.fsdecode(b"plugins/\xff.py")).write_text("x = 1")
    installed = InstalledPlugins(tmp_path)
    (found,) = installed.all()
    assert "\ufffd" in installed.described(found).model_dump_json()
    assert installed.log(found.name) == ""


def test_ids_are_there_once(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    manifest = {**GOOD, "contributions": GOOD["contributions"] * 2}  # type: ignore[operator]
    (tmp_path / "plugins" / "twice.py").write_text(f"MANIFEST = {manifest!r}")
    (found,) = InstalledPlugins(tmp_path).all()
    assert found.state == "broken"
    assert "'run' stands twice" in (found.reason or "")
