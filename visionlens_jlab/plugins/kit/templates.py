"""What `visionlens plugin new` writes: a small plugin of each kind that works."""

from __future__ import annotations

import json
import re
from typing import Any

from visionlens_jlab.plugins.kinds import Kind

_NUMBER = {
    "type": "object",
    "properties": {
        "above": {"type": "number", "title": "Above", "minimum": 0, "maximum": 255, "default": 128}
    },
}
_CONTRIBUTIONS: dict[Kind, dict[str, Any]] = {
    "operator": {"target": "run", "schema": _NUMBER},
    "measure": {"target": "measure", "field": "{name}"},
    "format": {"target": "read", "sniff": "sniff", "write": "write", "patterns": ["*.{plain}"]},
    "source": {"target": "connect", "scheme": "{plain}"},
    "embedder": {"target": "load", "side": 32},
    "evaluator": {"target": "evaluate"},
    "tool": {"target": "answer", "description": "How many images a predicate has."},
    "hook": {"target": "on_ingest", "on": "on_ingest"},
    "panel": {"target": "{module}.js"},
}
_PERMISSIONS: dict[Kind, list[str]] = {
    "operator": ["images", "tags"],
    "measure": ["images", "fields"],
    "hook": ["tags"],
}
_CODE: dict[Kind, str] = {
    "operator": '''
import numpy as np


def run(*, context, arguments, **rest):
    """Tag bright images; the sentence is shown to the user."""
    count = 0
    for done, sample in enumerate(context.samples()):
        context.progress(done)
        if np.asarray(context.image(sample)).mean() > arguments.get("above", 128):
            context.tag(sample, "bright")
            count += 1
    return f"{count} images are bright."
''',
    "measure": '''
import numpy as np


def measure(*, image, **rest):
    """The mean of an image, kept in the field; None: it has none."""
    return float(np.asarray(image).mean())
''',
    "format": '''
from visionlens_jlab.plugin_api import Label, LabelledImage


def sniff(*, head, **rest):
    """Whether a file of a fitting name is one; its first 64 KiB."""
    return head.startswith(b"image ")


def read(*, file, **rest):
    """Lines: `image NAME WIDTH HEIGHT`, then `LEFT TOP WIDTH HEIGHT CLASS` for each box."""
    image, labels = None, []
    for line in file.read().decode().splitlines():
        if line.startswith("image "):
            if image is not None:
                yield _made(image, labels)
            image, labels = line[6:].rsplit(" ", 2), []
        else:
            *box, name = line.split(" ", 4)
            labels.append(Label(label=name, box=tuple(map(float, box))))
    if image is not None:
        yield _made(image, labels)


def _made(image, labels):
    name, width, height = image
    return LabelledImage(name=name, width=int(width), height=int(height), labels=tuple(labels))


def write(*, context, images, **rest):
    """The same lines, for an export."""
    with (context.folder / "labels.SUFFIX").open("w") as file:
        for image in images:
            print("image", image.name, image.width, image.height, file=file)
            for label in image.labels:
                print(*label.box, label.label, file=file)
''',
    "source": '''
from visionlens_jlab.plugin_api import Page, SourceFile

FILES = {"hello.txt": b"hello"}


class Source:
    """Files at an address; errors are OSErrors."""

    def list(self, *, folder, token, **rest):
        """What lies directly in a folder."""
        files = [SourceFile(path=path, bytes=len(data)) for path, data in FILES.items()]
        return Page(files=files if folder == "" else [])

    def stat(self, *, path, **rest):
        """A file; None: there is none."""
        return SourceFile(path=path, bytes=len(FILES[path])) if path in FILES else None

    def read(self, *, path, start, end, **rest):
        """Some of its bytes; None: there is no such file."""
        return FILES[path][start:end] if path in FILES else None


def connect(*, address, **rest):
    """The source at an address."""
    return Source()
''',
    "embedder": '''
import numpy as np


class Model:
    """Gives each image a vector."""

    def images(self, *, pixels, **rest):
        """float32 (n, d) of uint8 (n, side, side, 3)."""
        cells = pixels.reshape(len(pixels), 4, 8, 4, 8, 3).mean((2, 4))
        return cells.reshape(len(pixels), -1).astype(np.float32) / 255


def load(*, arguments, **rest):
    """Load the model; arguments are the options of `ds.embed`."""
    return Model()
''',
    "evaluator": '''
def evaluate(*, context, **rest):
    """Figures by name, kept with the evaluation."""
    found = total = 0
    for match in context.matches():
        if match.truth is not None:
            total += 1
            found += match.prediction is not None
    return {"found": found / total if total else None}
''',
    "tool": '''
def answer(*, context, arguments, **rest):
    """What the analyst's language model gets, as data."""
    return {"images": context.count()}
''',
    "hook": '''
def on_ingest(*, context, samples, **rest):
    """New samples, at most 500 at a time."""
    for sample in samples:
        if not sample.annotations:
            context.tag(sample, "unlabelled")
''',
    "panel": "",
}
_SCRIPT = """\
/** Fills the panel: how many images the view has, kept as the view is. */
export function activate({ element, workspace }) {
  const draw = () => {
    element.textContent = `${workspace.ids().length} in view`;
  };
  workspace.subscribe(draw);
  draw();
}
"""


def template(kind: Kind, name: str) -> dict[str, str]:
    """File names and contents of a plugin of a kind."""
    module = re.sub(r"[^a-z0-9]", "_", name)
    words = {"name": name, "module": module, "plain": re.sub(r"[^a-z0-9]", "", name)}
    manifest = {
        "manifest": 1,
        "name": name,
        "version": "0.1",
        "api": ">=1,<2",
        "title": name.replace("-", " ").capitalize(),
        "description": "",
        "permissions": _PERMISSIONS.get(kind, []),
        "contributions": [
            {
                "kind": kind,
                "id": name,
                "title": name.replace("-", " ").capitalize(),
                **_filled(_CONTRIBUTIONS[kind], words),
            }
        ],
    }
    said = json.dumps(manifest, indent=4)
    code = _CODE[kind].replace("SUFFIX", words["plain"])
    imports, _, body = code.lstrip("\n").partition("\n\n\n")
    parts = [f'"""{manifest["title"]}."""', f"MANIFEST = {said}", body or imports]
    if body and not imports.startswith(("def ", "class ")):
        parts.insert(1, imports)
    elif body:
        parts[-1] = code.strip("\n")
    text = "\n\n".join(part.strip("\n") for part in parts[:-1])
    text = f"{text}\n\n\n{parts[-1].strip(chr(10))}\n" if parts[-1].strip() else f"{text}\n"
    files = {f"{module}.py": text}
    if kind == "panel":
        files[f"{module}.js"] = _SCRIPT
    return files


def _filled(value: Any, words: dict[str, str]) -> Any:
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda found: words[found[1]], value)
    if isinstance(value, list):
        return [_filled(one, words) for one in value]
    if isinstance(value, dict):
        return {name: _filled(one, words) for name, one in value.items()}
    return value
