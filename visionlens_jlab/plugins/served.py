"""What a plugin that answers calls does, in its process: one class for each kind."""

from __future__ import annotations

import dataclasses
import sys
import traceback
from collections.abc import Callable, Iterator
from importlib.abc import MetaPathFinder
from itertools import islice
from typing import Any

from visionlens_jlab.plugin_api import Label, LabelledImage, Page, SourceFile
from visionlens_jlab.plugins.link import Link, Message

LABELS_AT_ONCE = 500
"""Labels of one image in a message."""
Given = dict[str, Any]


class ServedFormat:
    """Reads files, and writes an export."""

    def __init__(self, module: Any, asked: Given, context: Any, arguments: Given) -> None:
        self._module, self._asked, self._context = module, asked, context
        self._read: Callable[..., Any] = getattr(module, asked["target"])

    def sniff(self, blob: bytes, path: str) -> Message:
        target = getattr(self._module, self._asked["sniff"])
        return Message(bool(target(path=path, head=blob, context=self._context)))

    def read(self, blob: bytes, path: str) -> Iterator[Message]:
        with self._context.open(path) as file:
            for image in self._read(context=self._context, path=path, file=file):
                yield from _parts(image)

    def write(self, blob: bytes) -> Message:
        target = getattr(self._module, self._asked["write"])
        target(context=self._context, images=self._images())
        return Message(None)

    def _images(self) -> Iterator[LabelledImage]:
        while batch := self._context._link.ask("images").value:
            for image in batch:
                labels = tuple(_label(one) for one in image.pop("labels"))
                yield LabelledImage(labels=labels, **image)


def _label(one: Given) -> Label:
    box, points = one.pop("box"), one.pop("points")
    return Label(
        box=tuple(box) if box else None,
        points=tuple((x, y) for x, y in points),
        **one,
    )


def _parts(image: LabelledImage) -> Iterator[Message]:
    """An image with its first labels, then the others."""
    labels = iter(image.labels)
    facts = {
        name: getattr(image, name) for name in ("name", "width", "height", "split", "problems")
    }
    first = True
    while (part := [_plain(one) for one in islice(labels, LABELS_AT_ONCE)]) or first:
        yield Message([facts if first else None, part])
        first = False


def _plain(label: Label) -> Given:
    return {one.name: getattr(label, one.name) for one in dataclasses.fields(Label)}


class ServedSource:
    """Lists and reads what lies at an address."""

    def __init__(self, module: Any, asked: Given, context: Any, arguments: Given) -> None:
        self._source = getattr(module, asked["target"])(
            context=context, address=arguments["address"]
        )

    def list(self, blob: bytes, folder: str, token: str | None) -> Message:
        page: Page = self._source.list(folder=folder, token=token)
        return Message([list(page.folders), [_file(one) for one in page.files], page.token])

    def stat(self, blob: bytes, path: str) -> Message:
        found = self._source.stat(path=path)
        return Message(None if found is None else _file(found))

    def read(self, blob: bytes, path: str, start: int, end: int | None) -> Message:
        data = self._source.read(path=path, start=start, end=end)
        return Message(data is not None, data or b"")

    def sign(self, blob: bytes, path: str, seconds: float) -> Message:
        sign = getattr(self._source, "sign", None)
        return Message(None if sign is None else sign(path=path, seconds=seconds))


def _file(one: SourceFile) -> list[Any]:
    return [one.path, one.bytes, one.modified, one.version]


class Mending(MetaPathFinder):
    """Has torchvision mended before it is imported; see `embeddings/models/hub.py`."""

    def find_spec(self, fullname: str, path: Any, target: Any = None) -> None:
        if fullname == "torchvision":
            from visionlens_jlab.embeddings.models.hub import mend_torchvision

            sys.meta_path.remove(self)
            mend_torchvision()


class ServedEmbedder:
    """Embeds images, and texts."""

    def __init__(self, module: Any, asked: Given, context: Any, arguments: Given) -> None:
        sys.meta_path.insert(0, Mending())
        self._model = getattr(module, asked["target"])(context=context, arguments=arguments)

    def version(self, blob: bytes) -> Message:
        return Message(str(getattr(self._model, "version", ""))[:200])

    def images(self, blob: bytes, count: int, side: int) -> Message:
        import numpy as np

        pixels = np.frombuffer(blob, np.uint8).reshape(count, side, side, 3)
        return _vectors(self._model.images(pixels=pixels))

    def texts(self, blob: bytes, texts: list[str]) -> Message:
        return _vectors(self._model.texts(texts=texts))


def _vectors(found: Any) -> Message:
    import numpy as np

    vectors = np.ascontiguousarray(found, np.float32)
    return Message(list(vectors.shape), vectors.tobytes())


class ServedTool:
    """Answers a language model."""

    def __init__(self, module: Any, asked: Given, context: Any, arguments: Given) -> None:
        self._tool, self._context = getattr(module, asked["target"]), context

    def run(self, blob: bytes, arguments: Given) -> Message:
        return Message(dict(self._tool(context=self._context, arguments=arguments)))


class ServedTransform:
    """Changes images."""

    def __init__(self, module: Any, asked: Given, context: Any, arguments: Given) -> None:
        self._hook, self._context = getattr(module, asked["target"]), context

    def transform(self, blob: bytes, width: int, height: int) -> Message:
        from PIL import Image

        image = Image.frombytes("RGB", (width, height), blob)
        changed = self._hook(context=self._context, image=image)
        return Message(list(changed.size), changed.convert("RGB").tobytes())


SERVED: dict[str, Any] = {
    "format": ServedFormat,
    "source": ServedSource,
    "embedder": ServedEmbedder,
    "tool": ServedTool,
    "hook": ServedTransform,
}
_KINDS = ((FileNotFoundError, "missing"), (PermissionError, "denied"), (OSError, "system"))


def serve(served: Any, link: Link) -> None:
    """Answer calls until the parent wants no more."""
    link.send("ready")
    while (message := link.receive()) is not None:
        method, arguments = message.value
        try:
            found = getattr(served, method)(message.blob, *arguments)
            if isinstance(found, Message):
                link.send("result", found.value, blob=found.blob)
                continue
            for item in found:
                link.send("item", item.value, blob=item.blob)
            link.send("result", None)
        except Exception as error:
            traceback.print_exc()
            kind = next((kind for type_, kind in _KINDS if isinstance(error, type_)), "other")
            link.send("raised", kind, f"{type(error).__name__}: {error}"[:2000])
