"""The main program of a process that reads images: tasks on stdin, results on stdout."""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from visionlens_jlab.errors import VisionLensError, of_system
from visionlens_jlab.jobs.images.tasks import Answer, Refused, Task
from visionlens_jlab.pipes import read_frame, serve_streams, write_frame


def serve(requests: BinaryIO, results: BinaryIO) -> None:
    """Answer frames until there are no more."""
    from visionlens_jlab.jobs.images.work import execute  # the parent needs the frames only

    decoder = msgspec.msgpack.Decoder(Task)
    while (data := read_frame(requests)) is not None:
        try:
            answer: Answer = execute(decoder.decode(data))
        except VisionLensError as error:  # a root that is not where it was
            answer = Refused(error.to_json())
        except OSError as error:
            known = of_system(error)
            if known is None:
                raise
            answer = Refused(known.to_json())
        write_frame(results, msgspec.msgpack.encode(answer))


def main() -> None:
    """Serve at low priority."""
    serve_streams(serve, nice=True)


if __name__ == "__main__":
    main()
