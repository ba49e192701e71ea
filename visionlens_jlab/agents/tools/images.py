"""The tool that shows images to a model that can see."""

from __future__ import annotations

import io
from typing import Any

from pydantic import Field

from visionlens_jlab.agents.tools.base import Desk, Found, Picture, Tool
from visionlens_jlab.core.shapes import Level, Model
from visionlens_jlab.core.views.shapes import ViewSpec
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.store.images import Images

_AT_ONCE = 8
_CROP_SIDE = 320
_QUALITY = 85


class LookArguments(Model):
    """Which images."""

    ids: list[int] = Field(min_length=1, max_length=_AT_ONCE)
    level: Level = Field("samples", description="annotations: the part around each object.")


def look(desk: Desk, asked: LookArguments) -> list[Found]:
    """Thumbnails of samples, crops of annotations. BUDGET_SPENT, ID_UNKNOWN."""
    if len(asked.ids) > desk.images_left:
        raise VisionLensError(
            "BUDGET_SPENT",
            f"Only {desk.images_left} more images may be looked at in this run.",
            "Ask for fewer, or answer with what is there.",
        )
    described, pictures = [], []
    for id_ in asked.ids:
        facts = _facts(desk, asked.level, id_)
        content = _picture(desk, asked.level, id_)
        facts["shown"] = content is not None
        described.append(facts)
        if content is not None:
            pictures.append(Picture(f"Image of {asked.level[:-1]} {id_}", content))
    desk.images_left -= len(pictures)
    result = {"level": asked.level, "images": described, "images_left": desk.images_left}
    listed = ", ".join(str(id_) for id_ in asked.ids)
    any_source = " and source is not null" if asked.level == "annotations" else ""
    where = f"{asked.level[:-1]}_id in ({listed}){any_source}"
    view = ViewSpec(level=asked.level, where=where)
    return [Found(result, f"Looked at {len(pictures)} images", view, pictures=pictures)]


def _facts(desk: Desk, level: Level, id_: int) -> dict[str, Any]:
    if level == "annotations":
        row = desk.store.tables.read("annotations", ids=[id_]).to_pylist()[0]
        kept = ("annotation_id", "sample_id", "class", "source", "confidence", "x", "y", "w", "h")
        return {name: row[name] for name in kept if row.get(name) is not None}
    sample = desk.store.sample(id_, ViewSpec())
    fields = {name: value for name, value in sample.fields.items() if _plain(value)}
    classes = sorted({one.class_ for one in sample.annotations if one.class_ is not None})
    return {"sample_id": id_, "filename": sample.filename, "classes": classes, "fields": fields}


def _plain(value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _picture(desk: Desk, level: Level, id_: int) -> bytes | None:
    """JPEG, which every provider reads; None: there is no picture."""
    from visionlens_jlab.media.headers import UnreadableImageError
    from visionlens_jlab.media.thumbnails import open_thumbnail

    raw = _thumbnail(desk, id_) if level == "samples" else _crop(desk, id_)
    if raw is None:
        return None
    try:
        image = open_thumbnail(raw)
    except UnreadableImageError:
        return None
    out = io.BytesIO()
    image.convert("RGB").save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _thumbnail(desk: Desk, sample_id: int) -> bytes | None:
    try:
        return desk.store.part(Images).thumbnails.read(sample_id)[0]
    except VisionLensError:  # there is none
        return None


def _crop(desk: Desk, annotation_id: int) -> bytes | None:
    from visionlens_jlab.media.drawing import draw_crop

    source = desk.store.part(Images).crop_source(annotation_id)
    if source.box is None:
        return None
    try:
        with desk.store.part(Images).open(source.location, source.path) as file:
            return draw_crop(file, source.box, long_side=_CROP_SIDE, size=source.size)
    except VisionLensError:  # it is not where it was
        return None


LOOKING_TOOLS = [
    Tool(
        "look",
        f"Shows up to {_AT_ONCE} images, or the parts around objects, by id. What you see is a "
        "description, no statistic: never base a number or a comparison on it.",
        LookArguments,
        look,
    ),
]
