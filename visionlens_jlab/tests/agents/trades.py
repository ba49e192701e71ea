"""Three trades with fields of their own, in several scripts, with gaps, ties and twins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from visionlens_jlab.analysis.slices.terms import Origin

Per = Literal["group", "image", "object"]


@dataclass(frozen=True)
class Made:
    """A field: whose property it is, and what it draws from; `words` or a distribution."""

    name: str
    per: Per
    words: tuple[str, ...] = ()
    draw: Literal["", "uniform", "lognormal", "integer", "flag", "date", "skewed"] = ""
    origin: Origin = "user"
    gaps: float = 0.0


@dataclass(frozen=True)
class Trade:
    """What images are of: their fields, and how many there are.

    `twins`: of a number, one that is measured nearly alike. `tied`: of a category, one that
    mostly goes with it.
    """

    name: str
    images: int
    objects: float
    """Of an image, on average; 1: exactly one, which is classified."""
    longest: int
    """Images of a group."""
    fields: tuple[Made, ...]
    twins: tuple[tuple[str, str], ...]
    tied: tuple[tuple[str, str], ...]
    size: str


RETAIL = Trade(
    "retail",
    1400,
    5.0,
    14,
    (
        Made("Filiale", "group", ("Köln", "Bern", "Graz", "Łódź", "Århus", "Brno", "Gent", "Pécs")),
        Made("Regal", "group", tuple(f"R{n:02}" for n in range(14))),
        Made("Gang", "group", ("Obst", "Kühlung", "Drogerie", "Getränke", "Tierbedarf")),
        Made("Höhe cm", "image", draw="uniform"),
        Made("lux", "image", draw="lognormal"),
        Made("Füllgrad", "image", draw="uniform", gaps=0.15),
        Made("Blitz", "image", draw="flag"),
        Made("Aufnahmetag", "group", draw="date"),
        Made("class", "object", ("Dose", "Glas", "Tüte", "Karton", "Netz", "Flasche"), "", "class"),
        Made("relative_area", "object", draw="lognormal", origin="geometry"),
        Made("Seriennummer", "object", draw="integer"),
    ),
    (("lux", "lux_app"),),
    (("Filiale", "Kamera"),),
    "relative_area",
)
MEDICAL = Trade(
    "medical",
    5200,
    1,
    6,
    (
        Made(
            "病院",
            "group",
            ("東京", "大阪", "京都", "福岡", "札幌", "仙台", "奈良", "神戸", "広島"),
        ),
        Made("scanner", "group", ("A1", "A2", "B1", "B2", "C1", "C2", "D1")),
        Made("年齢", "group", draw="integer"),
        Made("dose", "image", draw="skewed"),
        Made("BMI", "group", draw="lognormal", gaps=0.2),
        Made("contrast agent", "image", draw="flag"),
        Made("operator", "image", tuple(f"op'{n}" for n in range(11))),
        Made("class", "object", ("benign", "malignant", "cyst", "scar"), "", "class"),
        Made("lesion_mm", "image", draw="lognormal"),
        Made("visit", "image", draw="date"),
    ),
    (("dose", "exposure"),),
    (("scanner", "firmware"),),
    "lesion_mm",
)
DRONE = Trade(
    "drone",
    1100,
    7.0,
    22,
    (
        Made("ветер", "group", draw="lognormal"),
        Made("altitude", "image", draw="uniform"),
        Made("pilot", "group", ("Zoë", "Ny", "Omar", "Iñés", "Li", "Ana", "Jörg")),
        Made(
            "landuse",
            "image",
            ("crop", "road", "lake", "wood", "roof", "sand", "rail", "yard"),
        ),
        Made("gimbal", "image", draw="uniform", gaps=0.1),
        Made("battery", "image", draw="integer"),
        Made("rtk", "group", draw="flag"),
        Made("season", "group", ("spring", "summer", "autumn", "winter")),
        Made("class", "object", ("van", "car", "boat", "cow", "bike", "tent", "pile"), "", "class"),
        Made("relative_area", "object", draw="lognormal", origin="geometry"),
        Made("center_x", "object", draw="uniform", origin="position"),
        Made("day", "group", draw="date", gaps=0.05),
    ),
    (("altitude", "baro_altitude"),),
    (("pilot", "drone"),),
    "relative_area",
)
TRADES = {one.name: one for one in (RETAIL, MEDICAL, DRONE)}
