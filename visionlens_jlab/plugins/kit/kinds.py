"""The contract of each kind: what a contribution is called with, and what it must give."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatch
from typing import Any, Protocol

import numpy as np

from visionlens_jlab.plugin_api import Label, LabelledImage, Page, SourceFile
from visionlens_jlab.plugins.kit.made import HEIGHT, WIDTH, Made, image


class Trial(Protocol):
    """A contribution that is being tried."""

    asked: dict[str, Any]
    made: Made
    arguments: dict[str, Any]

    def call(self, name: str, of: Any = None, /, **given: Any) -> Any:
        """Call a function of the file, or a method; what it raises ends the trial as a fault."""
        ...

    def expect(self, holds: bool, message: str, mend: str) -> None:
        """Note a fault where something does not hold."""
        ...

    def quietly(self, name: str, of: Any = None, /, **given: Any) -> Any:
        """As `call`; None where it raises what it may raise: any Exception."""
        ...


def operator(trial: Trial) -> None:
    """Gives a sentence or nothing, and says how far it is."""
    said = trial.call("target", context=trial.made, arguments=trial.arguments)
    trial.expect(
        said is None or isinstance(said, str),
        f"It gives {type(said).__name__} instead of a sentence or nothing.",
        "Return a str, or nothing.",
    )
    trial.expect(
        trial.made.progressed > 0,
        "It never says how far it is: a long run would be ended as hanging.",
        "Call context.progress(done) with each sample.",
    )


def measure(trial: Trial) -> None:
    """Gives a number or None, the same for the same image."""
    for sample in trial.made.all:
        values = [
            trial.call("target", image=image(sample), sample=sample, arguments=trial.arguments)
            for _ in range(2)
        ]
        trial.expect(
            _is_figure(values[0]), f"It gives {values[0]!r:.60}.", "Return a finite float, or None."
        )
        trial.expect(
            repr(values[0]) == repr(values[1]),
            "It gives another value for the same image.",
            "Seed what is random.",
        )


def label_format(trial: Trial) -> None:
    """Reads what it writes; of what is no such file it raises, or gives nothing wrong."""
    asked, made = trial.asked, trial.made
    if asked.get("write"):
        _round_trip(trial)
    path = next(iter(asked["patterns"])).replace("*", "odd").replace("?", "x")
    for content in (b"", b"\x00\xff" * 300, b"{[<no such file"):
        made.label_files = {path: content}
        if asked.get("sniff"):
            _boolean(trial, trial.call("sniff", path=path, head=content))
        found = trial.quietly("target", context=made, path=path, file=io.BytesIO(content))
        _images(trial, trial.quietly("_list", found=found) or [])


def _round_trip(trial: Trial) -> None:
    asked, made = trial.asked, trial.made
    written = [
        LabelledImage(
            name=one.name,
            width=WIDTH,
            height=HEIGHT,
            split=one.split,
            labels=tuple(
                Label(label=box.label, box=box.box)
                for box in one.annotations
                if box.confidence is None
            ),
        )
        for one in made.all
    ]
    trial.call("write", context=made, images=iter(written))
    made.label_files = {
        path.relative_to(made.folder).as_posix(): path.read_bytes()
        for path in sorted(made.folder.rglob("*"))
        if path.is_file()
    }
    ours = [path for path in made.label_files if any(_fits(path, one) for one in asked["patterns"])]
    trial.expect(bool(ours), "It writes no file that its patterns take.", "Let both agree.")
    read: list[LabelledImage] = []
    for path in ours:
        content = made.label_files[path]
        if asked.get("sniff"):
            _boolean(trial, trial.call("sniff", path=path, head=content[: 64 << 10]))
        found = trial.call("target", context=made, path=path, file=io.BytesIO(content))
        read += _images(trial, trial.call("_list", found=found))
    counts = [sum(len(one.labels) for one in images) for images in (written, read)]
    if ours and "box" in asked.get("holds", ("box",)):
        trial.expect(
            counts[0] == counts[1],
            f"It reads {counts[1]} of the {counts[0]} boxes that it wrote.",
            "Let target and write agree.",
        )


def _fits(path: str, pattern: str) -> bool:
    return fnmatch(path if "/" in pattern else path.rsplit("/", 1)[-1], pattern)


def _boolean(trial: Trial, said: Any) -> None:
    trial.expect(isinstance(said, bool), f"sniff gives {said!r:.60}.", "Return True or False.")


def _images(trial: Trial, found: Sequence[Any]) -> list[LabelledImage]:
    wrong = next((one for one in found if not isinstance(one, LabelledImage)), None)
    trial.expect(
        wrong is None,
        f"It gives {type(wrong).__name__} instead of LabelledImage.",
        "Yield visionlens_jlab.plugin_api.LabelledImage.",
    )
    return [one for one in found if isinstance(one, LabelledImage)]


def source(trial: Trial) -> None:
    """Lists, tells of and reads files; where nothing answers it raises OSError."""
    address = f"{trial.asked['scheme']}://localhost:9/visionlens"
    made = trial.call("target", context=trial.made, address=address)
    for name, given in (
        ("list", {"folder": "", "token": None}),
        ("stat", {"path": "none.png"}),
        ("read", {"path": "none.png", "start": 0, "end": 10}),
    ):
        trial.expect(
            callable(getattr(made, name, None)), f"It has no {name}.", f"Give it a method {name}."
        )
        try:
            said = getattr(made, name)(**given, **trial.made.__dict__.get("further", {}))
        except OSError:
            continue
        except Exception as error:
            trial.expect(
                False, f"{name} raises {type(error).__name__}: {error}", "Raise an OSError."
            )
            continue
        wanted: dict[str, Any] = {"list": Page, "stat": SourceFile, "read": bytes}
        fits = isinstance(said, wanted[name]) or (said is None and name != "list")
        trial.expect(fits, f"{name} gives {said!r:.60}.", f"Return {wanted[name].__name__}.")


def embedder(trial: Trial) -> None:
    """Gives a finite float32 vector for each image, the same for the same image."""
    side, rng = trial.asked.get("side") or 224, np.random.default_rng(0)
    pixels = rng.integers(0, 256, (3, side, side, 3), np.uint8)
    made = trial.call("target", context=trial.made, arguments=trial.arguments)
    first = trial.call("images", made, pixels=pixels)
    _vectors(trial, first, 3, "images")
    again = trial.call("images", made, pixels=pixels[:1])
    _vectors(trial, again, 1, "images")
    trial.expect(
        np.allclose(np.asarray(first)[:1], np.asarray(again), atol=1e-3),
        "It gives another vector for the same image.",
        "Switch off what is random, such as dropout.",
    )
    if trial.asked.get("text"):
        texts = trial.call("texts", made, texts=["a car", "a person"])
        _vectors(trial, texts, 2, "texts")
        trial.expect(
            np.shape(texts)[-1] == np.shape(first)[-1],
            "Texts and images have vectors of different sizes.",
            "Give both in one space, or leave out text.",
        )


def _vectors(trial: Trial, said: Any, count: int, name: str) -> None:
    fits = isinstance(said, np.ndarray) and said.dtype == np.float32 and said.ndim == 2
    got = f"{getattr(said, 'dtype', type(said).__name__)} {getattr(said, 'shape', '')}"
    trial.expect(
        fits and len(said) == count and bool(np.isfinite(said).all()),
        f"{name} gives {got} instead of finite float32 ({count}, d).",
        "Return np.ndarray of float32, a row for each.",
    )


def evaluator(trial: Trial) -> None:
    """Gives figures by name."""
    said = trial.call("target", context=trial.made, arguments=trial.arguments)
    fits = isinstance(said, Mapping) and all(
        isinstance(name, str) and _is_figure(value) for name, value in said.items()
    )
    trial.expect(fits, f"It gives {said!r:.80}.", "Return numbers, or None, by name.")


def tool(trial: Trial) -> None:
    """Answers with JSON."""
    rows = trial.made.rows
    trial.made.count = lambda where="", level="samples": len(rows(level=level))
    said = trial.call("target", context=trial.made, arguments=trial.arguments)
    try:
        fits = isinstance(said, Mapping) and bool(json.dumps(dict(said), allow_nan=False))
    except (TypeError, ValueError):
        fits = False
    trial.expect(fits, f"It gives {said!r:.80}.", "Return a dict that JSON can hold.")


def hook(trial: Trial) -> None:
    """Takes what has happened; `on_transform` gives an image of the same size."""
    on, made = trial.asked["on"], trial.made
    shown = image(made.all[0])
    given: dict[str, dict[str, Any]] = {
        "on_ingest": {"samples": tuple(made.all)},
        "post_ingest": {"report": {"found": 6, "imported": 6, "reported": 0}},
        "on_transform": {"image": shown},
        "on_view": {"ids": made.ids(), "level": "samples", "count": 6},
        "on_selection": {"ids": made.ids()[:2], "level": "samples", "count": 2},
        "on_evaluate": {"evaluation": "e1", "run": "model", "metrics": {"AP50": 0.5, "AR": None}},
    }
    said = trial.call("target", context=made, **given[on])
    if on == "on_transform":
        size, mode = getattr(said, "size", None), getattr(said, "mode", None)
        trial.expect(
            (size, mode) == (shown.size, "RGB"),
            f"It gives {type(said).__name__} {size} {mode} for an image {shown.size} RGB.",
            "Return an RGB image of the same size.",
        )


def _is_figure(value: Any) -> bool:
    value = getattr(value, "item", lambda: value)()
    return value is None or (
        isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    )


CONTRACTS: dict[str, Callable[[Trial], None]] = {
    "operator": operator,
    "measure": measure,
    "format": label_format,
    "source": source,
    "embedder": embedder,
    "evaluator": evaluator,
    "tool": tool,
    "hook": hook,
}
