"""Intervals as small pictures: SVG that needs no style and no script."""

from __future__ import annotations

from visionlens_jlab.analysis.report.wording import effects_of, interval, number
from visionlens_jlab.analysis.shapes import Effect, Finding

WIDTH, ROW, EDGE = 320, 18, 8


def intervals_svg(found: Finding) -> str:
    """Each effect's difference with its interval against none; empty where none can be told."""
    shown = [
        (name, effect, effect.difference, effect.low, effect.high)
        for name, effect in effects_of(found)
    ]
    known = [
        (name, effect, middle, low, high)
        for name, effect, middle, low, high in shown
        if middle is not None and low is not None and high is not None
    ]
    if not known:
        return ""
    least = min(0.0, *(low for *_, low, _ in known))
    most = max(0.0, *(high for *_, high in known))
    scale = (WIDTH - 2 * EDGE) / ((most - least) or 1.0)

    def place(value: float) -> float:
        return round(EDGE + (value - least) * scale, 1)

    height = ROW * len(known) + 2
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img">',
        f"<title>{_described(found, known[0][1])}</title>",
        f'<line x1="{place(0)}" y1="0" x2="{place(0)}" y2="{height}" stroke="#888" '
        'stroke-dasharray="2 2"/>',
    ]
    for row, (name, _, middle, low, high) in enumerate(known):
        y = ROW * row + ROW // 2 + 1
        tone = "#1f77b4" if row == 0 else "#999"
        lines.append(
            f'<g stroke="{tone}" fill="{tone}"><title>{name}</title>'
            f'<line x1="{place(low)}" y1="{y}" x2="{place(high)}" y2="{y}" stroke-width="2"/>'
            f'<circle cx="{place(middle)}" cy="{y}" r="4"/></g>'
        )
    return "".join([*lines, "</svg>"])


def _described(found: Finding, effect: Effect) -> str:
    difference = number(found, effect.difference, signed=True)
    return f"Difference {difference}, 95% interval {interval(found, effect)}"
