"""Pictures made from files of others, in processes of bounded memory.

A file of a hundred bytes may claim pixels that take gigabytes, and what a decoder takes besides is
its own secret: see `core/system/confined_processes.py`.
"""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, Literal, cast

import msgspec
import numpy as np

from visionlens_jlab.config import default_decode_memory
from visionlens_jlab.core.system.confined_processes import ConfinedEndedError, ConfinedPool
from visionlens_jlab.errors import VisionLensError
from visionlens_jlab.media.browser import browser_type
from visionlens_jlab.media.memory import ADVICE
from visionlens_jlab.media.preparation import Preparation
from visionlens_jlab.media.shards.members import Identity, shard_cache
from visionlens_jlab.media.sources import Source
from visionlens_jlab.media.tiff import Layers

AT_ONCE = 2
SECONDS = 60.0
"""A picture that takes longer is given up."""
WAIT_SECONDS = 30.0
"""So long a picture waits for a process."""
KEPT_BYTES = 4 << 20
"""Of a picture in memory; a larger one lies in a file until it is sent."""

PROCESSES = ConfinedPool(
    "visionlens_jlab.media.process",
    count=AT_ONCE,
    megabytes=default_decode_memory(),
    what="pictures",
)
"""Of this process."""


class Draw(msgspec.Struct, tag=True):
    """A picture to make: the whole image, or with a box what lies around it."""

    path: str
    identity: tuple[int, int]
    """Device and inode of the file that was checked: no other is read at this path."""
    box: tuple[float, float, float, float] | None = None
    size: tuple[int, int] | None = None
    long_side: int = 0
    aspect: float | None = None
    layers: Layers | None = None
    developed: bool = True


class Describe(msgspec.Struct, tag=True):
    """A file of which is to be told what it holds."""

    path: str
    identity: tuple[int, int]
    layers: Layers | None = None


class Check(msgspec.Struct, tag=True):
    """A file whose header is to be read."""

    path: str
    identity: tuple[int, int]


class Prepare(msgspec.Struct, tag=True):
    """An image to make a model's input of."""

    path: str
    identity: tuple[int, int]
    preparation: Preparation


class Extract(msgspec.Struct, tag=True):
    """An image inside a file, to be taken out as it is; see `shards.places`."""

    path: str
    identity: tuple[int, int]
    shard: str
    member: str


class Build(msgspec.Struct, tag=True):
    """An image to be made into tiles, in a file that is there and empty; see `pyramids`."""

    path: str
    identity: tuple[int, int]
    target: str
    most_bytes: int
    layers: Layers | None = None


Task = Draw | Describe | Check | Prepare | Extract | Build


class Description(msgspec.Struct):
    """What an image file holds beside one picture.

    Attributes
    ----------
    kind : str
        "plain"; "raw": camera RAW; "deep": more than 8 bits, pages or bands.
    pages, bands : int
    dtype : str
        Of its numbers.
    low, high : float, optional
        The least and the greatest of the page that is shown; None: not read, it is large.
    """

    kind: Literal["plain", "raw", "deep"] = "plain"
    pages: int = 1
    bands: int = 1
    dtype: str = "uint8"
    low: float | None = None
    high: float | None = None


class Part(msgspec.Struct, tag=True):
    """Bytes of the picture."""

    data: bytes


class Drawn(msgspec.Struct, tag=True):
    """The picture is whole, or why there is none."""

    mime: str = ""
    error: dict[str, Any] | None = None
    is_spent: bool = False


PARTS: Any = msgspec.msgpack.Decoder(Part | Drawn)


def identity_of(file: BinaryIO) -> tuple[int, int]:
    """Device and inode of an open file."""
    status = os.fstat(file.fileno())
    return status.st_dev, status.st_ino


@contextmanager
def on_disk(file: BinaryIO) -> Iterator[BinaryIO]:
    """An open file that another process can open too: a copy of one that lies elsewhere."""
    if isinstance(getattr(file, "name", None), str):
        yield file
        return
    with tempfile.NamedTemporaryFile() as copy:
        shutil.copyfileobj(file, copy)
        copy.flush()
        yield cast(BinaryIO, copy)


def reopened(path: str, identity: tuple[int, int]) -> BinaryIO:
    """The file that was checked, in another process. PERMISSION_DENIED, IMAGE_MISSING."""
    try:
        file = Path(path).open("rb")  # noqa: SIM115  the caller does
    except PermissionError as error:
        raise VisionLensError("PERMISSION_DENIED", f"{path} cannot be read.") from error
    except OSError as error:
        raise VisionLensError("IMAGE_MISSING", f"There is no file {path}.") from error
    if identity_of(file) != identity:
        file.close()
        raise VisionLensError("IMAGE_MISSING", f"{path} was replaced meanwhile.")
    return file


def draw_image(
    file: BinaryIO, layers: Layers | None = None, *, developed: bool = True
) -> tuple[IO[bytes], str]:
    """An image that browsers cannot show as it is, and its media type; see `encode_image`.

    IMAGE_MISSING, PERMISSION_DENIED, IMAGE_UNREADABLE, MEMORY_LIMIT, LIMIT_REACHED.
    """
    draw = Draw(str(file.name), identity_of(file), layers=layers, developed=developed)
    return _drawn(draw)


def describe_image(file: BinaryIO, layers: Layers | None = None) -> Description:
    """What an image file holds; raises as `draw_image`."""
    content, _ = _drawn(Describe(str(file.name), identity_of(file), layers))
    with content:
        return msgspec.json.decode(content.read(), type=Description)


def draw_crop(
    file: BinaryIO,
    box: tuple[float, float, float, float],
    *,
    long_side: int,
    size: tuple[int, int] | None = None,
    aspect: float | None = None,
) -> bytes:
    """See `crops.crop_image`; also MEMORY_LIMIT, LIMIT_REACHED."""
    content, _ = _drawn(Draw(str(file.name), identity_of(file), box, size, long_side, aspect))
    with content:
        return content.read()


def kept_member(source: Source, shard: str, member: str) -> BinaryIO:
    """An image inside a file of a source, as a file in the cache; raises as `draw_image`."""
    with source.open(shard) as file, on_disk(file) as there:
        name = f"member of shard\n{Identity.of(there)}\n{shard}\n{member}"
        task = Extract(str(there.name), identity_of(there), shard, member)

        def write(out: BinaryIO) -> None:
            content, _ = _drawn(task)
            with content:
                shutil.copyfileobj(content, out)

        return shard_cache().find(name) or shard_cache().keep(name, write)


def check_image(file: BinaryIO) -> None:
    """Raise what is wrong with the header of an image file: as `draw_image`."""
    if browser_type(file) is None:
        file.seek(0)
        with on_disk(file) as there:
            _drawn(Check(str(there.name), identity_of(there)))[0].close()


def prepare_image(file: BinaryIO, preparation: Preparation) -> np.ndarray[Any, Any]:
    """A whole image as a model's input, uint8 (size, size, 3); raises as `draw_image`."""
    content, _ = _drawn(Prepare(str(file.name), identity_of(file), preparation))
    with content:
        pixels = np.frombuffer(bytearray(content.read()), np.uint8)
    return pixels.reshape(preparation.size, preparation.size, 3)


def _drawn(draw: Task) -> tuple[IO[bytes], str]:
    content: IO[bytes] = tempfile.SpooledTemporaryFile(KEPT_BYTES)  # noqa: SIM115  the reader does
    try:
        with PROCESSES.lease(WAIT_SECONDS) as confined, confined.ended_after(SECONDS):
            try:
                confined.send(msgspec.msgpack.encode(draw))
                while isinstance(message := PARTS.decode(confined.receive()), Part):
                    content.write(message.data)
            except ConfinedEndedError as error:
                raise given_up(Path(draw.path), late=confined.is_late) from error
            confined.is_free = not message.is_spent
        if message.error is not None:
            raise VisionLensError.from_json(message.error)
    except BaseException:
        content.close()
        raise
    content.seek(0, io.SEEK_SET)
    return content, message.mime


def given_up(path: Path, *, late: bool, seconds: float = SECONDS) -> VisionLensError:
    """What is said of an image whose process was ended."""
    if late:
        return VisionLensError(
            "IMAGE_UNREADABLE", f"{path.name} cannot be shown: it takes longer than {seconds:g} s."
        )
    return too_large(path)


def too_large(path: Path) -> VisionLensError:
    """MEMORY_LIMIT for an image that takes more than there is for one."""
    share = PROCESSES.megabytes // PROCESSES.count
    return VisionLensError(
        "MEMORY_LIMIT",
        f"To show {path.name} takes more than the {share} MiB that there are for an image.",
        f"{ADVICE[0].upper()}{ADVICE[1:]}.",
    )
