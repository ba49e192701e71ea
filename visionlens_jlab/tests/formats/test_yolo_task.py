"""What the numbers of YOLO lines mean where no task is stated."""

from __future__ import annotations

import math
import random

import pytest

from visionlens_jlab.formats.yolo.config import YoloConfig
from visionlens_jlab.formats.yolo.lines import parse_line, split_words
from visionlens_jlab.formats.yolo.task import line_layout


def layout_of(lines: list[str]):
    return line_layout({}, YoloConfig(), lines)


def people(count: int, scale: float = 1.0) -> list[str]:
    """Box, weight, height, gender, age, ethnicity."""
    rng = random.Random(3)
    return [
        f"0 {rng.uniform(0.3, 0.7):.4f} {rng.uniform(0.3, 0.7):.4f} {rng.uniform(0.1, 0.3):.4f} "
        f"{rng.uniform(0.2, 0.5):.4f} {rng.uniform(45, 110) * scale:.3f} "
        f"{rng.uniform(150, 200) * scale:.3f} {rng.randint(0, 1)} "
        f"{rng.randint(1, 80) * scale:.3f} {rng.randint(0, 5)}"
        for _ in range(count)
    ]


def turned(count: int, confidence: bool = False) -> list[str]:
    """Oriented boxes of four corners."""
    rng, lines = random.Random(4), []
    for _ in range(count):
        x, y, angle = rng.uniform(0.3, 0.7), rng.uniform(0.3, 0.7), rng.uniform(0, 3)
        w, h = rng.uniform(0.02, 0.2), rng.uniform(0.02, 0.2)
        across = (w * math.cos(angle), w * math.sin(angle))
        down = (-h * math.sin(angle), h * math.cos(angle))
        corners = [
            (x + i * across[0] + j * down[0], y + i * across[1] + j * down[1])
            for i, j in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))
        ]
        words = [f"{value:.5f}" for corner in corners for value in corner]
        lines.append(" ".join(["1", *words, *(["0.75"] if confidence else [])]))
    return lines


@pytest.mark.parametrize("scale", [1.0, 0.005])
def test_weight_and_height_are_no_corners(scale: float) -> None:
    lines = people(40, scale)
    layout = layout_of(lines)
    assert layout.task == "detect"
    for text in lines:
        words = split_words(text)
        cx, cy, w, h = map(float, words[1:5])
        line = parse_line(words, layout)
        assert line.kind == "box"
        assert line.box == pytest.approx((cx - w / 2, cy - h / 2, w, h))
        assert line.extra


@pytest.mark.parametrize("confidence", [False, True])
def test_four_corners_are_oriented_boxes(confidence: bool) -> None:
    lines = turned(40, confidence)
    layout = layout_of(lines)
    assert layout.task == "obb"
    assert {parse_line(split_words(text), layout).kind for text in lines} == {"oriented_box"}


def boxes(count: int, further: list[str]) -> list[str]:
    """Boxes of people, and the same four numbers after each."""
    rng = random.Random(5)
    return [
        f"0 {rng.uniform(0.3, 0.7):.4f} {rng.uniform(0.3, 0.7):.4f} {rng.uniform(0.1, 0.3):.4f} "
        f"{rng.uniform(0.2, 0.5):.4f} {' '.join(further)}"
        for _ in range(count)
    ]


@pytest.mark.parametrize("further", [["0.01"] * 4, ["0.01"] * 5, ["0.5", "0.4", "0", "0.1"]])
def test_small_figures_after_boxes_are_no_corners(further: list[str]) -> None:
    layout = layout_of(boxes(40, further))
    assert layout.task == "detect"
    line = parse_line(split_words(boxes(1, further)[0]), layout)
    assert line.kind == "box" and (line.extra or line.confidence)


def test_a_box_as_wide_as_it_is_far_is_no_corner_either() -> None:
    assert layout_of(["0 .5 .5 .5 .5 .01 .01 .01 .01"] * 5).task == "detect"


def test_two_points_in_each_box_are_keypoints() -> None:
    rng, lines = random.Random(6), []
    for text in boxes(40, []):
        cx, cy, w, h = map(float, text.split()[1:])
        x, y = rng.uniform(cx - w / 2, cx + w / 2), rng.uniform(cy - h / 2, cy + h / 2)
        lines.append(f"{text.strip()} {x:.4f} {y:.4f} {cx:.4f} {cy + h / 3:.4f}")
    layout = layout_of(lines)
    assert (layout.task, layout.keypoints) == ("pose", (2, 2))
    assert {parse_line(split_words(text), layout).kind for text in lines} == {"keypoints"}


def test_outlines_in_later_files_make_the_first_polygons_too() -> None:
    outline = "1 " + " ".join(f"{n / 20:.2f}" for n in range(12))
    first, later = turned(40), turned(20)
    assert line_layout({}, YoloConfig(), first, later).task == "obb"
    assert line_layout({}, YoloConfig(), first, [*later, outline]).task == "segment"


def test_boxes_are_boxes_and_no_lines_are_nothing() -> None:
    assert layout_of([]).task == "segment"
    line = parse_line(["0", ".5", ".5", ".2", ".2"], layout_of(["0 .5 .5 .2 .2"]))
    assert line.kind == "box" and not line.extra
