"""What is given wrongly is told: with the code, what was wrong, and what would do."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import visionlens_jlab as vl
from visionlens_jlab.errors import CODES, VisionLensError, unknown

pytest.importorskip("pandas")

WRONG: dict[str, tuple[Callable[[vl.Dataset], Any], str, str]] = {
    "level of a count": (lambda ds: ds.count("anotations"), "REQUEST_INVALID", "annotations"),
    "level of a view": (lambda ds: ds.view(level="sample"), "REQUEST_INVALID", "samples"),
    "level of ids": (lambda ds: ds.view().ids_at("sample"), "REQUEST_INVALID", "'samples'"),
    "number as level": (lambda ds: ds.view().ids_at(5), "REQUEST_INVALID", "not 5"),
    "a number below zero": (lambda ds: ds.view().sample(-1), "REQUEST_INVALID", "n is -1"),
    "no number": (lambda ds: ds.view().sample(float("nan")), "REQUEST_INVALID", "whole number"),
    "a seed": (lambda ds: ds.view().sample(1, seed=-1), "REQUEST_INVALID", "seed is -1"),
    "a truth as number": (lambda ds: ds.view().sample(True), "REQUEST_INVALID", "not True"),
    "a name": (lambda ds: ds.view(saved=1), "REQUEST_INVALID", "text"),
    "a huge id": (lambda ds: ds.tag([10**30], "x"), "ID_UNKNOWN", "is not an id"),
    "NaN as id": (lambda ds: ds.tag([float("nan")], "x"), "ID_UNKNOWN", "nan is not an id"),
    "None as id": (lambda ds: ds.tag(None, "x"), "ID_UNKNOWN", "None"),
    "a truth as id": (lambda ds: ds.tag(True, "x"), "ID_UNKNOWN", "mask"),
    "no condition for a tag": (lambda ds: ds.tag("", "x"), "PREDICATE_INVALID", "names no rows"),
    "no condition to delete": (
        lambda ds: ds.delete_annotations(" "),
        "PREDICATE_INVALID",
        "names no rows",
    ),
    "no condition to select": (lambda ds: ds.show().select(""), "PREDICATE_INVALID", "no rows"),
    "one value for a field": (lambda ds: ds.set_field("x", 5), "FIELD_TYPE", "one value, 5"),
    "text as values": (lambda ds: ds.set_field("x", "abc"), "FIELD_TYPE", "one value"),
    "name of a space": (lambda ds: ds.add_embeddings(3, [[1.0]]), "REQUEST_INVALID", "space"),
    "findings of nothing": (lambda ds: ds.findings("x"), "EVALUATION_NOT_FOUND", "'x'"),
    "analyses of nothing": (lambda ds: ds.analyses("x"), "EVALUATION_NOT_FOUND", "'x'"),
    "a listener": (lambda ds: ds.show().on_view(3), "REQUEST_INVALID", "a function"),
    "level of a table": (lambda ds: ds.to_arrow("x"), "REQUEST_INVALID", "samples"),
    "format of an export": (
        lambda ds: ds.export("out", "cocoo"),
        "REQUEST_INVALID",
        "Did you mean 'coco'",
    ),
    "images of an export": (
        lambda ds: ds.export("out", "coco", images="zip"),
        "REQUEST_INVALID",
        "copy",
    ),
    "option of an export": (
        lambda ds: ds.export("out", "coco", task="detect"),
        "REQUEST_INVALID",
        "no option 'task'",
    ),
    "kind of duplicates": (lambda ds: ds.duplicates(kind="nea"), "REQUEST_INVALID", "near"),
    "threshold": (lambda ds: ds.duplicates(threshold=5), "REQUEST_INVALID", "threshold"),
    "method": (lambda ds: ds.project("mine", method="tsnee"), "REQUEST_INVALID", "tsne"),
    "space": (lambda ds: ds.similar([1], space="mne"), "SPACE_NOT_FOUND", "mine"),
    "number of similar ones": (lambda ds: ds.similar([1], k=0), "REQUEST_INVALID", "k: "),
    "an edit": (lambda ds: ds.edit([{"annotation_id": "x"}]), "REQUEST_INVALID", "annotation_id"),
    "a member of an edit": (
        lambda ds: ds.edit([{"annotation": 1}]),
        "REQUEST_INVALID",
        "'annotation'",
    ),
    "a number as an edit": (lambda ds: ds.edit([7]), "REQUEST_INVALID", "7"),
    "one edit": (lambda ds: ds.edit({"annotation_id": 99999}), "ID_UNKNOWN", "99999"),
    "name of a view": (lambda ds: ds.view().save(""), "REQUEST_INVALID", "needs a name"),
    "option of embed": (
        lambda ds: ds.embed("classical", precison="fp16"),
        "REQUEST_INVALID",
        "Did you mean precision",
    ),
    "tag of an id": (lambda ds: ds.tag([99999], "x"), "ID_UNKNOWN", "99999"),
    "tag taken from an id": (lambda ds: ds.untag([99999], "x"), "ID_UNKNOWN", "99999"),
    "empty tag": (lambda ds: ds.tag([1], ""), "REQUEST_INVALID", "tag"),
    "run": (lambda ds: ds.evaluate("modle"), "RUN_NOT_FOUND", "Did you mean model"),
    "view": (lambda ds: ds.delete_view("x"), "VIEW_NOT_FOUND", "There are none"),
    "field": (lambda ds: ds.where("clas = 'a'"), "FIELD_UNKNOWN", "class"),
    "table": (lambda ds: ds.sql("select * from sampels"), "SQL_REFUSED", "samples"),
    "column": (lambda ds: ds.sql("select brightnes from samples"), "SQL_REFUSED", "brightness"),
    "place of an export": (
        lambda ds: ds.export("/proc/nowhere", "coco"),
        "PERMISSION_DENIED",
        "/proc/nowhere",
    ),
    "deleted space": (lambda ds: ds.delete_space("x"), "SPACE_NOT_FOUND", "mine"),
}


@pytest.fixture(scope="module")
def spoken_of(tmp_path_factory: pytest.TempPathFactory, coco_folder: Path) -> Any:
    """A dataset with a space and a run, which nothing here changes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("VISIONLENS_SERVER", raising=False)
        with vl.ingest(coco_folder, name="town", data_dir=tmp_path_factory.mktemp("wrong")) as ds:
            ds.add_embeddings("mine", np.eye(ds.count(), 4, dtype=np.float32) + 1)
            frame = ds.to_pandas("annotations")[["sample_id", "class", "x", "y", "w", "h"]]
            ds.add_predictions("model", frame.assign(score=0.5))
            yield ds


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_with_what_would_do(
    what: str, spoken_of: vl.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    call, code, part = WRONG[what]
    with pytest.raises(VisionLensError) as caught:
        call(spoken_of)
    assert caught.value.code == code
    assert part in str(caught.value)
    for word in ("pydantic", "openapi", "Jupyter server", "[type="):
        assert word not in str(caught.value)


LEFT_TO_METHODS = {"ax", "further", "options", "settings"}
"""Parameters that are no data: matplotlib's, and keywords that the shapes check."""
GIVEN: dict[str, Any] = {
    **{"ids": [1], "annotations": [1], "tag": "x", "class_name": "car", "run": "model"},
    **{"name": "x", "space": "mine", "query": [1], "values": {1: 2}, "matrix": [[1.0]]},
    **{"path": "x", "format": "coco", "n": 1, "predicate": "", "level": "samples", "what": [1]},
}


def _methods() -> Iterator[tuple[type, str, str]]:
    kinds: tuple[type, ...] = (vl.Dataset, vl.View, vl.Selection, vl.Lens, vl.Evaluation)
    for kind in (*kinds, vl.ComparedRuns, vl.Finding, vl.Analysis):
        for name, member in inspect.getmembers(kind, inspect.isfunction):
            for parameter in list(inspect.signature(member).parameters)[1:]:
                if not name.startswith("_") and parameter not in LEFT_TO_METHODS:
                    yield kind, name, parameter


@pytest.mark.parametrize(("kind", "name", "parameter"), _methods())
def test_no_argument_of_any_method_leads_to_a_raw_error(
    kind: type, name: str, parameter: str, spoken_of: vl.Dataset
) -> None:
    """What has no meaning for any of them, in place of each argument."""
    owners: dict[type, Any] = {vl.Dataset: spoken_of, vl.View: spoken_of.view()}
    owner = owners.get(kind) or object.__new__(kind)
    signature = inspect.signature(getattr(kind, name))
    needed = {
        one.name: GIVEN.get(one.name)
        for one in list(signature.parameters.values())[1:]
        if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    }
    for wrong in (object(), Ellipsis):
        with pytest.raises(VisionLensError) as caught:
            getattr(owner, name)(**{**needed, parameter: wrong})
        assert caught.value.code not in ("INTERNAL", "JOB_FAILED")


@pytest.mark.parametrize(
    ("predicate", "part"),
    [
        ("class = 'cra'", "Did you mean 'car'"),
        ("class in ('car', 'buss')", "'buss'"),
        ("source = 'modle'", "Did you mean 'model'"),
        ("split = 'x'", "Nothing has split 'x'"),
        ("tag != 'x'", "Nothing has tag 'x'"),
    ],
)
def test_a_value_that_nothing_has_is_warned_of(
    predicate: str, part: str, spoken_of: vl.Dataset
) -> None:
    with pytest.warns(UserWarning, match="Nothing has") as told:
        spoken_of.where(predicate)
    assert part in str(told[0].message)
    assert told[0].filename == __file__


def test_values_that_are_there_are_not_warned_of(spoken_of: vl.Dataset) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spoken_of.where("class = 'car' and filename != 'nowhere.jpg' and source = 'model'")


def test_ingest_takes_no_option_that_nobody_knows(coco_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(VisionLensError, match="Did you mean voc_origin"):
        vl.ingest(coco_folder, name="x", data_dir=tmp_path, voc_orgin=1)
    with pytest.raises(VisionLensError, match="COCO JSON have no option 'voc_origin'"):
        vl.ingest(coco_folder, name="x", data_dir=tmp_path, voc_origin=1)
    assert vl.list_datasets(data_dir=tmp_path) == []


def test_a_table_without_names_of_images_says_what_to_call_them(tmp_path: Path) -> None:
    import pandas as pd

    for table in (pd.DataFrame({"image_id": ["a.png"]}), pd.DataFrame({"filename": [1, 2]})):
        with pytest.raises(VisionLensError, match="LABELS_INVALID") as caught:
            vl.ingest(table, name="t", data_dir=tmp_path)
        assert table.columns[0] in caught.value.message
        assert "Name the column of their paths" in caught.value.hint


def test_datasets_that_there_are_come_with_the_error(tmp_path: Path, coco_folder: Path) -> None:
    vl.ingest(coco_folder, name="town", data_dir=tmp_path, labels_only=True).close()
    with pytest.raises(VisionLensError, match="Did you mean town"):
        vl.open("twon", data_dir=tmp_path)


def test_reading_makes_no_folder(tmp_path: Path, coco_folder: Path) -> None:
    typo, other = tmp_path / "typo", tmp_path / "other"
    other.mkdir()
    for call in (
        lambda at: vl.open("town", data_dir=at),
        lambda at: vl.delete("town", data_dir=at),
    ):
        with pytest.raises(VisionLensError, match="DIR_NOT_FOUND") as caught:
            call(typo)
        assert str(typo) in caught.value.message
        with pytest.raises(VisionLensError, match="DATASET_NOT_FOUND"):
            call(other)
    with pytest.raises(VisionLensError, match="DIR_NOT_FOUND"):
        vl.list_datasets(data_dir=typo)
    assert vl.list_datasets(data_dir=other) == []
    assert not typo.exists() and not list(other.iterdir())
    for wrong in ("", 5):
        with pytest.raises(VisionLensError, match=r"data_dir is .* path"):
            vl.list_datasets(data_dir=wrong)  # type: ignore[arg-type]
    vl.ingest(coco_folder, name="town", data_dir=typo, labels_only=True).close()
    assert vl.list_datasets(data_dir=typo) == ["town"]


def test_a_server_that_is_named_and_does_not_answer_is_no_reason_to_use_another_place(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VISIONLENS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("VISIONLENS_SERVER", "http://127.0.0.1:9/")
    with pytest.raises(VisionLensError, match="SERVER_UNREACHABLE"):
        vl.list_datasets()
    assert vl.list_datasets(data_dir=tmp_path) == []


def test_rows_of_a_matrix_of_objects_are_those_that_are_counted(spoken_of: vl.Dataset) -> None:
    count = spoken_of.count("annotations")
    rows = np.eye(count, 8, dtype=np.float32) + 1
    found = spoken_of.add_embeddings("objects", rows, level="annotations")
    assert found.vectors == count
    spoken_of.delete_space("objects")
    assert spoken_of.spaces == ["mine"]


def test_a_class_that_does_not_exist_has_no_outcomes(spoken_of: vl.Dataset) -> None:
    found = spoken_of.evaluate("model", replicates=0)
    for given in ({"classes": "cra"}, {"cell": ("car", "cra")}, {"cell": ("cra", None)}):
        with pytest.raises(VisionLensError, match="Did you mean car"):
            found.view(**given)
    assert found.view(cell=("car", None)).count() == 0
    found.delete()


def test_an_analysis_is_of_the_evaluation_of_all_images(
    spoken_of: vl.Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    part = spoken_of.where("sample_id < 8").evaluate("model", replicates=0, name="part")
    assert spoken_of._evaluation_of(None, "model") == "part"
    assert "sample_id < 8" in capsys.readouterr().out
    whole = spoken_of.evaluate("model", replicates=0, name="whole")
    later = spoken_of.where("sample_id < 9").evaluate("model", replicates=0, name="later")
    assert spoken_of._evaluation_of(None, None) == "whole"
    assert "all images" not in capsys.readouterr().out
    for each in (part, whole, later):
        each.delete()


def test_names_spelt_alike_are_suggested_and_few_are_listed() -> None:
    assert unknown("RUN_NOT_FOUND", "run", "ab", ["abc", "x"]).hint == (
        "Did you mean abc? There are: abc, x."
    )
    many = unknown("RUN_NOT_FOUND", "run", "?", [f"r{n}" for n in range(30)])
    assert many.hint.endswith("r19 and 10 more.")


def test_hints_name_only_calls_that_exist() -> None:
    """`ds.x`, `ds.x()` and `vl.x()` of every default hint."""
    import re

    for code, entry in CODES.items():
        for owner, name in re.findall(r"\b(ds|vl)\.(\w+)", entry.hint):
            assert hasattr(vl.Dataset if owner == "ds" else vl, name), (code, name)
        assert "openapi" not in entry.hint and "on the Jupyter server" not in entry.hint, code


def test_what_is_not_whole_is_said_when_it_is_opened(coco_folder: Path, tmp_path: Path) -> None:
    from visionlens_jlab.core.datasets.library import Library

    vl.ingest(coco_folder, name="town", data_dir=tmp_path, labels_only=True).close()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        vl.open("town", data_dir=tmp_path).close()
    library = Library(tmp_path)
    library.open("town").set_state("incomplete")
    library.close()
    with pytest.warns(UserWarning, match="has not come to its end"):
        ds = vl.open("town", data_dir=tmp_path)
    assert repr(ds).endswith("incomplete>")
    ds.close()
