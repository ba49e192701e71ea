"""What the browser may name."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from visionlens_jlab.core.api.services import PathPolicy
from visionlens_jlab.embeddings.routes import confine_model
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.routes import confine as confine_predictions
from visionlens_jlab.evaluation.shapes import PredictionsRequest
from visionlens_jlab.export import routes as export
from visionlens_jlab.export.shapes import ExportRequest
from visionlens_jlab.formats.shapes import DetectRequest
from visionlens_jlab.ingestion.routes import places
from visionlens_jlab.ingestion.shapes import IngestRequest


@pytest.fixture
def policy(tmp_path: Path) -> PathPolicy:
    for name in ("home", "home/data", "home2", "other"):
        (tmp_path / name).mkdir()
    return PathPolicy([tmp_path / "home"], tmp_path / "home")


def test_paths_inside_are_allowed_and_made_absolute(policy, tmp_path):
    inside = str(tmp_path / "home" / "data")
    for named in ("data", "./data", "../home/data", inside, "data/../data"):
        assert str(policy.resolve(named)) == inside


@pytest.mark.parametrize(
    "named", ["..", "/", "../home2", "../other", "data/../../other", "/etc/passwd", "a\0b", "link"]
)
def test_paths_outside_are_refused_whether_they_exist_or_not(policy, tmp_path, named):
    (tmp_path / "home" / "link").symlink_to(tmp_path / "other")
    with pytest.raises(VisionLensError) as caught:
        policy.resolve(named)
    assert caught.value.code == "PATH_NOT_ALLOWED"


def test_links_that_lead_around_in_a_circle_are_refused(policy, tmp_path):
    loop = tmp_path / "home" / "loop"
    loop.symlink_to(loop)
    with pytest.raises(VisionLensError) as caught:
        policy.resolve("loop/x")
    assert caught.value.code == "PATH_NOT_ALLOWED"


def test_names_that_no_system_takes_are_refused_before_it_is_asked(policy):
    for named in ("x" * 300, "é" * 200, "a/" * 3000, "a\0b"):
        for place in (policy.resolve, policy.absolute, policy.notebook):
            with pytest.raises(VisionLensError) as caught:
                place(named)
            assert caught.value.code == "PATH_NOT_ALLOWED"


def test_the_name_of_a_notebook_does_not_say_where_links_outside_lead(policy, tmp_path):
    (tmp_path / "home" / "inside").symlink_to(tmp_path / "home" / "data")
    (tmp_path / "other" / "link").symlink_to(tmp_path / "home2")
    assert policy.notebook("inside/a.ipynb") == str(tmp_path / "home" / "data" / "a.ipynb")
    outside = str(tmp_path / "other" / "link" / "a.ipynb")
    assert policy.notebook(outside) == outside


def test_an_unknown_home_is_said_to_be_one(policy):
    with pytest.raises(VisionLensError) as caught:
        policy.resolve("~nobody-of-this-name/data")
    assert caught.value.code == "DIR_NOT_FOUND"


def test_every_place_of_a_request_is_checked(policy, tmp_path):
    fine = DetectRequest(source="data", images="data", labels="data")
    confined = places.confine(policy, fine, unrestricted=False)
    assert confined.source == confined.images == confined.labels == str(tmp_path / "home" / "data")
    for part in ("source", "images", "labels"):
        wrong = IngestRequest(**{"source": "data", part: "/etc"})
        with pytest.raises(VisionLensError):
            places.confine(policy, wrong, unrestricted=False)
        assert getattr(places.confine(policy, wrong, unrestricted=True), part) == "/etc"


def test_the_label_of_a_dataframe_is_no_path(policy):
    request = IngestRequest(source="DataFrame", format="dataframe")
    assert places.confine(policy, request, unrestricted=False, rows=True).source == "DataFrame"


def test_folders_named_by_label_files_are_confined_too(tmp_path):
    policy = PathPolicy([tmp_path], tmp_path)
    asked = IngestRequest(source=str(tmp_path), options={"task": "pose", "within": ["/"]})
    options = places.confine(policy, asked, unrestricted=False).options
    assert options == {"task": "pose", "within": [str(tmp_path.resolve())]}
    assert places.confine(policy, asked, unrestricted=True).options == asked.options


@pytest.mark.parametrize(
    ("model", "allowed"),
    [
        (None, True),
        ("classical", True),
        ("open_clip:ViT-B-32/laion2b_s34b_b79k", True),
        ("transformers:facebook/dinov2-small", True),
        ("open_clip:local-dir:{root}/clip", True),
        ("open_clip:ViT-B-32/{root}/clip.pt", True),
        ("transformers:{root}/clip", True),
        ("transformers:/etc/clip", False),
        ("transformers:~/../../etc", False),
        ("open_clip:local-dir:/etc", False),
        ("open_clip:ViT-B-32//etc/passwd", False),
        ("open_clip:local-dir:{root}/../elsewhere", False),
        ("open_clip:hf-hub:laion/CLIP-ViT-B-32-laion2B-s34B-b79K", True),
        ("open_clip:hf-hub:../outside", False),
        ("openai:gpt-5-mini", True),
        ("openrouter:meta-llama/llama-4:free", True),
        ("transformers:demo/../../outside", False),
        ("transformers:demo/..", False),
        ("transformers:demo/sub/folder", False),
        ("transformers:demo\\..\\outside", False),
        ("transformers:demo/%2e%2e", False),
        ("transformers:demo/a\0b", False),
        ("open_clip:ViT-B-32/../../outside", False),
    ],
)
def test_models_of_the_browser_lie_in_the_roots(tmp_path, model, allowed):
    root = tmp_path / "root"
    root.mkdir()
    policy = PathPolicy([root], root)
    named = model and model.format(root=root)
    if allowed:
        confine_model(policy, named)
        return
    with pytest.raises(VisionLensError) as caught:
        confine_model(policy, named)
    assert caught.value.code == "PATH_NOT_ALLOWED"


def test_exports_go_where_the_browser_may_look(policy, tmp_path):
    request = ExportRequest(dataset="d", path="new/out", format="coco")
    confined = export.confine(policy, request, unrestricted=False)
    assert confined.path == str(tmp_path / "home" / "new" / "out")
    outside = request.model_copy(update={"path": str(tmp_path / "other" / "out")})
    with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
        export.confine(policy, outside, unrestricted=False)
    assert export.confine(policy, outside, unrestricted=True).path == outside.path


def test_exports_of_the_browser_go_into_no_hidden_folder(policy, tmp_path):
    for path in (".ssh/out", ".out", "data/.jupyter/kernels/out", "data/link/out"):
        (tmp_path / "home" / ".keys").mkdir(exist_ok=True)
        if not (tmp_path / "home" / "data" / "link").is_symlink():
            (tmp_path / "home" / "data" / "link").symlink_to(tmp_path / "home" / ".keys")
        request = ExportRequest(dataset="d", path=path, format="coco")
        with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
            export.confine(policy, request, unrestricted=False)
        assert export.confine(policy, request, unrestricted=True).path.endswith(path)
    hidden = PathPolicy([tmp_path / "home" / ".keys"], tmp_path)
    named = str(tmp_path / "home" / ".keys" / "out")
    asked = ExportRequest(dataset="d", path=named, format="coco")
    assert export.confine(hidden, asked, unrestricted=False).path == named  # as was configured


def test_predictions_are_read_where_the_browser_may_look(policy, tmp_path):
    request = PredictionsRequest(dataset="d", run="m", source="results.json")
    confined = confine_predictions(policy, request, unrestricted=False)
    assert confined.source == str(policy.base / "results.json")
    outside = request.model_copy(update={"source": str(tmp_path.parent / "results.json")})
    with pytest.raises(VisionLensError, match="PATH_NOT_ALLOWED"):
        confine_predictions(policy, outside, unrestricted=False)
    assert confine_predictions(policy, outside, unrestricted=True).source == outside.source


PARTS = (
    "..",
    ".",
    "data",
    "link",
    "door",
    "none",
    "é",
    "e\u0301",
    "%2e%2e",
    "..\\..",
    "~",
    "",
    "a b",
)
LONG = ("x" * 300, "a\0b", "../" * 2000)
paths = st.builds(
    lambda start, parts: start + "/".join(parts),
    st.sampled_from(["", "/", "//", "~/", "file://", "{home}/", "{outside}/", "{home}/../"]),
    st.lists(st.sampled_from(PARTS) | st.sampled_from(LONG), max_size=7),
)
REQUESTS = {
    "folder": lambda policy, path: str(policy.resolve(path)),
    "source": lambda policy, path: (
        places.confine(policy, IngestRequest(source=path), unrestricted=False).source
    ),
    "images": lambda policy, path: (
        places.confine(policy, DetectRequest(source="data", images=path), unrestricted=False).images
    ),
    "labels": lambda policy, path: (
        places.confine(policy, IngestRequest(source="data", labels=path), unrestricted=False).labels
    ),
    "rows": lambda policy, path: (
        places.confine(
            policy, IngestRequest(source="rows", images=path), unrestricted=False, rows=True
        ).images
    ),
    "predictions": lambda policy, path: (
        confine_predictions(
            policy, PredictionsRequest(dataset="d", run="r", source=path), unrestricted=False
        ).source
    ),
    "export": lambda policy, path: (
        export.confine(
            policy, ExportRequest(dataset="d", path=path, format="coco"), unrestricted=False
        ).path
    ),
    "notebook": lambda policy, path: policy.notebook(path),
    "transformers": lambda policy, path: _model(policy, "transformers:", path),
    "local-dir": lambda policy, path: _model(policy, "open_clip:local-dir:", path),
    "checkpoint": lambda policy, path: _model(policy, "open_clip:ViT-B-32/", path),
    "hub": lambda policy, path: _model(policy, "open_clip:hf-hub:", path),
}


def _model(policy: PathPolicy, kind: str, name: str) -> str:
    """Where a loader would look for a model of that name, in whatever folder it runs."""
    confine_model(policy, kind + name)
    return os.path.realpath(policy.base / "data" / "deeper" / Path(name).expanduser())


@given(place=st.sampled_from(sorted(REQUESTS)), path=paths)
@settings(max_examples=300)
def test_random_paths_stay_inside_and_tell_nothing(tmp_path_factory, place, path):
    base = tmp_path_factory.mktemp("world")
    home, outside = base / "home", base / "outside"
    (home / "data" / "deeper").mkdir(parents=True)
    (home / "link").symlink_to(home / "data")
    (home / "door").symlink_to(outside)
    policy = PathPolicy([home], home)
    named = path.replace("{home}", str(home)).replace("{outside}", str(outside))
    outcomes = []
    for _ in range(2):
        try:
            found = REQUESTS[place](policy, named)
            assert place == "notebook" or policy.allows(Path(os.path.realpath(found)))
            outcomes.append(found)
        except VisionLensError as error:
            outcomes.append((error.code, error.message))
        (outside / "none").mkdir(parents=True, exist_ok=True)
        (outside / "door").mkdir(exist_ok=True)
        (outside / "data").write_text("secret")
    assert outcomes[0] == outcomes[1]
