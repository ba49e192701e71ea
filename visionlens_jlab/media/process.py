"""The main program of a process that decodes images, within the memory it was given."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import BinaryIO

import msgspec
from PIL import Image

from visionlens_jlab.core.system.confined_processes import Bound
from visionlens_jlab.core.system.pipes import read_frame, serve_streams, write_frame
from visionlens_jlab.errors import VisionLensError, of_system
from visionlens_jlab.media.crops import crop_image
from visionlens_jlab.media.decode import open_upright
from visionlens_jlab.media.describing import describe_file
from visionlens_jlab.media.drawing import (
    Build,
    Check,
    Describe,
    Draw,
    Drawn,
    Extract,
    Part,
    Prepare,
    Task,
    reopened,
    too_large,
)
from visionlens_jlab.media.header_reader import read_header
from visionlens_jlab.media.image_processes.preparing import prepared
from visionlens_jlab.media.memory import limit_to
from visionlens_jlab.media.pyramids.making import Step, make_pyramid
from visionlens_jlab.media.render import encode_image, image_errors
from visionlens_jlab.media.shards.members import open_member
from visionlens_jlab.media.thumbnails import encode

PART_BYTES = 1 << 20


def answer(draw: Draw | Describe | Check | Prepare | Extract) -> tuple[bytes, str]:
    """What is asked for, and the media type of a picture. VisionLensError, MemoryError."""
    with reopened(draw.path, draw.identity) as file:
        if isinstance(draw, Extract):
            return open_member(file, draw.shard, draw.member).read(), ""
        if isinstance(draw, Prepare):
            with image_errors(file):
                return prepared(file, draw.preparation).tobytes(), ""
        if isinstance(draw, Check):
            with image_errors(file):
                read_header(file)
            return b"", ""
        if isinstance(draw, Describe):
            with image_errors(file):
                return msgspec.json.encode(describe_file(file, draw.layers)), ""
        if draw.box is None:
            return encode_image(file, draw.layers, developed=draw.developed)
        crop = crop_image(
            file, draw.box, long_side=draw.long_side, size=draw.size, aspect=draw.aspect
        )
        return crop, "image/webp"


def _load() -> None:
    """Have every decoder, before memory counts."""
    Image.init()
    open_upright(io.BytesIO(encode(Image.new("RGB", (8, 8)))))


def main(megabytes: int) -> None:
    """Serve on the standard streams."""
    _load()
    bound = Bound(megabytes)
    limit_to(megabytes, bound.room)
    decoder = msgspec.msgpack.Decoder(Task)

    def serve(calls: BinaryIO, replies: BinaryIO) -> None:
        def tell(message: Part | Step | Drawn) -> None:
            write_frame(replies, msgspec.msgpack.encode(message))

        def send(draw: Task) -> str:
            if isinstance(draw, Build):
                with (
                    reopened(draw.path, draw.identity) as file,
                    image_errors(file),
                    Path(draw.target).open("r+b") as target,
                ):
                    make_pyramid(file, target, draw.most_bytes, tell, draw.layers)
                return ""
            content, mime = answer(draw)
            for start in range(0, len(content), PART_BYTES):
                tell(Part(content[start : start + PART_BYTES]))
            return mime

        while (data := read_frame(calls)) is not None:
            draw = decoder.decode(data)
            over = Drawn()
            try:
                over.mime = send(draw)
            except VisionLensError as error:
                over.error = error.to_json()
            except OSError as error:
                known = of_system(error)
                if known is None:
                    raise
                over.error = known.to_json()
            except MemoryError:
                over.error = too_large(Path(draw.path)).to_json()
            over.is_spent = bound.is_spent
            tell(over)
            if over.is_spent:
                return

    serve_streams(serve, nice=False)


if __name__ == "__main__":
    main(int(sys.argv[1]))
