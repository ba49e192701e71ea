"""Reports: what they show, what they may do, and that what users typed is only text."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape

import mistune
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from visionlens_jlab.analysis import wording
from visionlens_jlab.analysis.report import (
    Content,
    build_report,
    code_block,
    escaped,
    page,
    to_html,
)
from visionlens_jlab.analysis.shapes import Claim, FindingReport, Inseparable, LeftOut, Unconfirmed
from visionlens_jlab.analysis.store.findings import Findings
from visionlens_jlab.analysis.wording import intervals_svg
from visionlens_jlab.attributes.shapes import Attribute, AttributeSpec, Calibration, Proportion
from visionlens_jlab.core.catalog.store import DatasetStore
from visionlens_jlab.core.datasets.library import Library
from visionlens_jlab.core.jobs.inline import run_inline, run_job
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.evaluation.shapes import EvaluateRequest, PredictionsRequest
from visionlens_jlab.ingestion.shapes import IngestRequest
from visionlens_jlab.tests.catalog.builders import piece
from visionlens_jlab.tests.catalog.finding_builders import analysis, effect, finding
from visionlens_jlab.tests.notebook import small_coco

EVIL = "</h2><script>alert('x')</script> | [a](javascript:b) `c`"
OBJECT = "class = 'car'"
IMAGE = "width > 1"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatasetStore]:
    """Twelve images with two findings, one of objects and one of images."""
    folder = tmp_path_factory.mktemp("report")
    library = Library(folder / "home")
    source = small_coco.write(folder / "small")
    request = IngestRequest(source=str(source), name=f"small {EVIL[:12]}")
    made = run_inline(library, request, on_progress=lambda job: None)
    rows = made.tables.read("annotations", columns=["sample_id", "class", "x", "y", "w", "h"])
    rows = rows.append_column("confidence", [[0.5] * rows.num_rows])
    for wanted, table in (
        (PredictionsRequest(dataset=made.slug, run="m", source="table"), rows),
        (EvaluateRequest(dataset=made.slug, run="m", replicates=0), None),
    ):
        run_job(library, wanted, on_progress=lambda job: None, table=table)
    objects = made.view(ViewSpec(level="annotations", where=OBJECT)).ids[:5].tolist()
    of_objects = finding(
        OBJECT,
        title=EVIL,
        examples=[*objects, 10_000],
        inseparable=[Inseparable(predicate="x", label="the lens", overlap=0.5)],
        explanation=[Claim(kind="figure", text="It goes with rain.", evidence="e1")],
        attributes=["visual_rain"],
        verdicts={objects[0]: True, objects[1]: False},
        notes=EVIL,
    )
    of_images = finding(
        IMAGE,
        title="Wide images",
        count=small_coco.IMAGES,
        level="samples",
        target="false_positive_rate",
        examples=[0, 1, 2],
        status="rejected",
        holds=False,
        now=effect(0.2, low=None, high=None, p_adjusted=None),
    )
    result = analysis([of_objects, of_images])
    made.results.apply(
        piece(
            folder,
            job="analysed",
            summary={
                "analysis": {
                    "result": result.model_dump(mode="json"),
                    "digest": made.part(Findings).evidence("m"),
                }
            },
        )
    )
    yield made
    library.close()


def ids(store: DatasetStore) -> list[str]:
    return [one.finding for one in store.part(Findings).all()]


def test_a_page_needs_nothing_and_may_do_nothing(store: DatasetStore) -> None:
    report = build_report(store, FindingReport(findings=ids(store), pictures=3))
    assert (report.media_type, report.filename) == (
        "text/html; charset=utf-8",
        f"{store.slug}-findings.html",
    )
    page = report.content.decode()
    assert "<script" not in page and "style=" not in page
    assert not re.search(r"""(src|href)=["'](?!data:)""", page)
    [style] = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    [policy] = re.findall('Content-Security-Policy" content="([^"]*)"', page)
    assert f"sha256-{digest}" in policy
    assert "default-src &#x27;none&#x27;" in policy and "script" not in policy
    pictures = [base64.b64decode(one) for one in re.findall('image/webp;base64,([^"]*)', page)]
    sizes = [Image.open(io.BytesIO(one)).size for one in pictures]
    assert len(sizes) == 6
    assert sizes[:3] != sizes[3:]  # crops, then whole images


def test_a_page_says_everything_of_a_finding(store: DatasetStore) -> None:
    page = build_report(store, FindingReport(findings=ids(store))).content.decode()
    for text in (
        "&lt;script&gt;",
        "1 not looked at, 1 rejected",
        "50.0%",
        "+40.0 points",
        "+30.0 to +50.0 points",
        "the lens (overlap 0.50)",
        "It goes with rain.",
        "visual_rain",
        "1 of 2 looked at are so",
        "no longer holds",
        "120 slices tested",
        "Collect more.",
    ):
        assert text in page, text


def test_rejected_findings_are_left_out_unless_asked_for(store: DatasetStore) -> None:
    page = build_report(store, FindingReport()).content.decode()
    assert "Wide images" not in page
    with pytest.raises(VisionLensError) as caught:
        build_report(store, FindingReport(findings=["none"]))
    assert caught.value.code == "FINDING_NOT_FOUND"
    empty = build_report(store, FindingReport(evaluation="other")).content.decode()
    assert "0 findings." in empty


def test_an_archive_of_markdown_and_pictures(store: DatasetStore) -> None:
    wanted = FindingReport(format="markdown", findings=ids(store), pictures=2)
    report = build_report(store, wanted)
    assert report.media_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(report.content)) as archive:
        text = archive.read("findings.md").decode()
        names = set(archive.namelist()) - {"findings.md"}
        assert names == set(re.findall(r"\]\((pictures/[^)]*)\)", text))
        assert len(names) == 4
        for name in names:
            Image.open(io.BytesIO(archive.read(name))).verify()
    assert "<script" not in text and "[a](" not in text
    assert f"```\n{OBJECT}\n```" in text


@settings(deadline=None)
@given(st.text("a1.)*_`[]()<>&#+-=!|~:\\/ \n\t\"'", max_size=40).map(str.strip).filter(bool))
def test_markdown_makes_nothing_of_any_text(text: str) -> None:
    shown = mistune.create_markdown(escape=False, plugins=["table", "strikethrough"])(escaped(text))
    assert shown.startswith("<p>") and shown.endswith("</p>\n")
    plain = unescape(shown.removeprefix("<p>").removesuffix("</p>\n"))
    assert "<" not in shown[3:-5]
    assert plain.split() == text.split()


def test_text_of_which_markdown_makes_nothing() -> None:
    assert escaped("a|b *c* <d> &\n# e") == "a\\|b \\*c\\* &lt;d&gt; &amp; \\# e"
    assert code_block("a ``` b") == "````\na ``` b\n````"


def test_figures_as_people_read_them() -> None:
    found = finding()
    assert (
        wording.headline(found)
        == "50.0% here, 10.0% elsewhere (+40.0 points, +30.0 to +50.0 points)"
    )
    counted = finding(level="samples", target="false_positive_rate")
    assert wording.headline(counted) == "0.50 here, 0.10 elsewhere (+0.40, +0.30 to +0.50)"
    assert wording.size_of(counted) == "8 images in 6 groups"
    assert wording.size_of(finding(target="confidence_gap")) == "8 predictions in 6 groups"
    assert wording.target_of(finding(target="error_type", error="missed")) == "missed errors"
    assert wording.state_of(finding(stale=True)).startswith("data changed")
    assert wording.state_of(finding(holds=True)) == "still holds"
    unknown = effect(rate=0.5, low=None, high=None, p_adjusted=None)
    assert wording.figures(finding(confirmation=unknown))[0][-2:] == ("–", "–")
    assert wording.p_text(0.0123) == ".012"


def test_calibrations_stand_beside_what_uses_them() -> None:
    share = Proportion(value=0.9, low=0.85, high=0.94, hits=90, of=100)
    unknown = Proportion(value=None, low=None, high=None, hits=0, of=0)
    one = Calibration(
        attribute="rain",
        answer="yes",
        labels=120,
        positive=40,
        precision=share,
        missed=unknown,
        recall=unknown,
        prevalence=0.3,
        usable=False,
        reason="few",
    )
    asked = Attribute(
        spec=AttributeSpec(name="rain", question="Is it raining?"),
        field="visual_rain",
        model="any",
        prompts=3,
        answered=10,
        unanswered=0,
        agreement=1.0,
        calibrations=[one],
        created_at="",
    )
    content = Content("any", "", [finding(attributes=["rain", "gone"])], [], {}, {"rain": asked})
    told = "answer yes: precision 0.90 (0.85 to 0.94), recall unknown, from 120 labels"
    assert told in to_html(content).decode()
    assert "from 120 labels" in page(content)


def test_how_was_searched() -> None:
    info = analysis([]).analysis
    lost = Unconfirmed(
        predicate="a = 1",
        label="a is 1",
        target="miss_rate",
        level="annotations",
        view=ViewSpec(level="annotations", where="a = 1"),
        reason="not confirmed",
        discovery=effect(),
        confirmation=None,
    )
    left_out = [LeftOut(field=name, reason="a name") for name in ("path", "filename")]
    told = info.model_copy(
        update={"unconfirmed": [lost], "left_out": left_out, "warnings": ["Labels changed."]}
    )
    assert wording.about(told)[2:] == [
        "Not confirmed: 1 slices of the discovery half.",
        "Left out: path, filename (a name).",
        "Labels changed.",
    ]


def test_intervals_as_a_picture() -> None:
    drawn = intervals_svg(finding())
    assert drawn.count("<circle") == 2 and "+30.0 to +50.0 points" in drawn
    nothing = effect(low=None, high=None)
    assert intervals_svg(finding(discovery=nothing, confirmation=nothing)) == ""
