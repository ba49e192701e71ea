"""Jobs that ask a vision-language model, in this process: what is asked, and what comes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from visionlens_jlab.attributes import job as attributes
from visionlens_jlab.attributes.capability import ANSWERS
from visionlens_jlab.attributes.shapes import AttributeRequest, AttributeSpec
from visionlens_jlab.attributes.store.attributes import Attributes
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.context import READABLE, JobCancelled
from visionlens_jlab.core.jobs.inline import run_inline, run_job
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.agents.simulated_eyes import Eyes, night
from visionlens_jlab.tests.api.servers import make_coco
from visionlens_jlab.tests.jobs.ingest_context import MemoryContext

NIGHT = AttributeSpec(name="night", question="Is it night?")
SMALL = AttributeSpec(name="small", question="Is it small?", level="annotations")


@pytest.fixture
def use(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Have jobs ask this model, in pieces of five rows, with one process that reads images."""
    monkeypatch.setattr(attributes, "ROWS", 5)
    monkeypatch.setattr("visionlens_jlab.media.image_processes.pool._processors", lambda: 1)

    def replace(model: Eyes) -> Eyes:
        monkeypatch.setattr(attributes, "make", lambda *_, **__: model)
        return model

    return replace


@pytest.fixture
def town(use: Any, library: Library, tmp_path: Path) -> Any:
    """Twelve pictures, every third of them dark."""
    return shades(library, tmp_path / "town", 12)


def shades(library: Library, folder: Path, count: int) -> Any:
    folder.mkdir(exist_ok=True)
    for number in range(count):
        shade = (20 if number % 3 == 0 else 220,) * 3
        Image.new("RGB", (64 + number, 48), shade).save(folder / f"{number:03d}.png")
    request = IngestRequest(source=str(folder), name="town", incremental=True)
    return run_inline(library, request, on_progress=lambda _: None)


def ask(library: Library, *specs: AttributeSpec, **options: Any) -> dict[str, Any]:
    given = list(specs) or [NIGHT]
    request = AttributeRequest(dataset="town", attributes=given, model="eyes:1", **options)
    return run_job(library, request, on_progress=lambda _: None).result


def dark(store: Any) -> list[int]:
    return store.view(ViewSpec(where="visual_night = true")).ids.tolist()


def counts(result: dict[str, Any]) -> tuple[int, int, int]:
    return result["answered"], result["unanswered"], result["unreadable"]


def test_every_image_is_asked_about_in_each_wording_and_never_again(library, town, tmp_path, use):
    eyes = use(Eyes())
    result = ask(library)
    assert counts(result) == (12, 0, 0) and result["model"] == "eyes:1"
    assert dark(town) == [0, 3, 6, 9] and eyes.closed
    assert len(eyes.asked) == 36 and len({one.prompt for one in eyes.asked}) == 3
    assert town.part(Attributes).read("night").agreement == 1
    assert counts(ask(library)) == (0, 0, 0) and len(eyes.asked) == 36
    shades(library, tmp_path / "town", 15)
    assert counts(ask(library)) == (3, 0, 0) and len(eyes.asked) == 45
    assert dark(town) == [0, 3, 6, 9, 12]
    assert town.report(0, 0).images.found == 3, "the report is the ingest's"


def test_a_minority_and_what_cannot_be_read(library, town, use):
    """One wording in three misleads it; of one picture it says nothing that was asked for."""

    def says(picture: Image.Image, prompt: str) -> str:
        if picture.width == 65:
            return "maybe"
        said = night(picture, prompt)
        return {"yes": "no", "no": "yes"}[said] if prompt.startswith("Look at") else said

    use(Eyes(says))
    assert counts(ask(library)) == (11, 1, 0)
    found = town.part(Attributes).read("night")
    assert (found.answered, found.unanswered) == (11, 1)
    assert found.agreement == pytest.approx(2 / 3)
    assert dark(town) == [0, 3, 6, 9]
    assert counts(ask(library)) == (0, 0, 0), "what it could not answer is not asked again"


def test_objects_are_shown_with_what_is_around_them(library, tmp_path, use):
    folder = make_coco(tmp_path / "coco", 3)
    request = IngestRequest(source=str(folder), name="town")
    store = run_inline(library, request, on_progress=lambda _: None)
    eyes = use(Eyes())
    result = ask(library, SMALL, NIGHT, prompts=1)
    assert counts(result) == (9, 0, 0) and set(result["attributes"]) == {"small", "night"}
    assert sorted(set(eyes.sizes())) == [(14, 17), (15, 17), (64, 48)]
    assert store.part(Attributes).read("small").spec.level == "annotations"
    assert store.sql("SELECT count(visual_small) AS n FROM annotations")["n"].to_pylist() == [6]


def test_a_view_and_a_random_part_of_it(library, town, use):
    use(Eyes())
    view = ViewSpec(where="width >= 68")
    assert counts(ask(library, view=view, limit=3, seed=1)) == (3, 0, 0)
    first = town.part(Attributes).asked_ids("night").tolist()
    assert min(first) >= 4
    assert counts(ask(library, view=view, limit=3, seed=1)) == (0, 0, 0), "the same ones"
    ask(library, view=view, limit=3, seed=2)
    assert town.part(Attributes).asked_ids("night").tolist() != first
    ask(library, view=view, limit=300)
    assert town.part(Attributes).asked_ids("night").tolist() == list(range(4, 12))


def test_what_cannot_be_shown_is_reported_and_asked_about_later(library, town, tmp_path, use):
    good = (tmp_path / "town" / "001.png").read_bytes()
    (tmp_path / "town" / "001.png").write_bytes(b"no image any more")
    use(Eyes())
    assert counts(ask(library)) == (11, 0, 1)
    lines = "".join(p.read_text() for p in (tmp_path / "data" / "spool").glob("*/log.jsonl"))
    assert "001.png" in lines
    (tmp_path / "town" / "001.png").write_bytes(good)
    assert counts(ask(library)) == (1, 0, 0)


def test_a_full_memory_halves_the_batch(library, town, use):
    eyes = use(Eyes(fits=1))
    assert counts(ask(library)) == (12, 0, 0)
    assert eyes.batches == 36 and dark(town) == [0, 3, 6, 9]
    eyes = use(Eyes(fits=0))
    with pytest.raises(VisionLensError, match="memory"):
        ask(library, NIGHT.model_copy(update={"name": "other"}))
    assert eyes.closed


@pytest.mark.parametrize("error", [RuntimeError, JobCancelled, KeyboardInterrupt])
def test_what_was_committed_before_an_end_stays(library, town, use, error):
    """The third piece fails: the first two are there, and only the rest is asked about."""
    eyes = use(Eyes(fails_at=8, error=error))
    with pytest.raises((VisionLensError, KeyboardInterrupt)):
        ask(library)
    assert eyes.closed
    assert town.part(Attributes).asked_ids("night").tolist() == list(range(10))
    eyes = use(Eyes())
    assert counts(ask(library)) == (2, 0, 0) and len(eyes.asked) == 6
    assert dark(town) == [0, 3, 6, 9]


def test_a_later_attempt_asks_nothing_that_was_committed(library, town, use, tmp_path):
    from visionlens_jlab.attributes.setup import AttributesSetup
    from visionlens_jlab.core.jobs.spool import Spool

    request = AttributeRequest(dataset="town", attributes=[NIGHT], model="eyes:1")
    spool = Spool.of(tmp_path / "again", "job")
    spool.make()
    AttributesSetup().prepare(town, request, spool)
    eyes = use(Eyes())
    params = request.model_dump(mode="json") | {READABLE: town.roots().readable}
    context = MemoryContext(params, spool.folder, done={0, 1})
    attributes.run(context)
    assert list(context.tables) == [2] and len(eyes.asked) == 6
    assert context.tables[2][ANSWERS]["id"].to_pylist() == [10, 11]
    asked = [step for step in context.steps if step[0] == "questions"]
    assert asked[0] == ("questions", 0, 36) and asked[-1] == ("questions", 36, 36)


def test_another_model_starts_anew(library, town, use):
    use(Eyes())
    ask(library)
    town.set_field("truth", np.arange(12), pa.array([True] * 12))
    other = use(Eyes(lambda *_: "yes"))
    other.name = "eyes:2"
    assert counts(ask(library)) == (12, 0, 0)
    assert dark(town) == list(range(12)) and town.part(Attributes).read("night").model == "eyes:2"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Not a name"}, "cannot be the name"),
        ({"question": "    "}, "no question"),
        ({"options": ["a", "b"]}, "yes and no"),
        ({"kind": "choice", "options": ["one"]}, "2 to 12"),
        ({"kind": "choice", "options": ["rain", " Rain!"]}, "differ"),
        ({"kind": "choice", "options": ["rain", "?"]}, "words"),
    ],
)
def test_questions_that_cannot_be_asked(library, town, changes, said):
    with pytest.raises(VisionLensError) as caught:
        ask(library, NIGHT.model_copy(update=changes))
    assert caught.value.code == "ATTRIBUTE_INVALID" and said in caught.value.message
    with pytest.raises(VisionLensError, match="Two questions"):
        ask(library, NIGHT, NIGHT)
