"""The main program of a process that reads images: tasks on stdin, results on stdout.

It may take as much memory as `$VISIONLENS_DECODE_MEMORY` says.
"""

from __future__ import annotations

from typing import BinaryIO

import msgspec

from visionlens_jlab.config import default_decode_memory
from visionlens_jlab.core.system.confined_processes import Bound
from visionlens_jlab.core.system.pipes import read_frame, serve_streams, write_frame
from visionlens_jlab.errors import VisionLensError, of_system
from visionlens_jlab.media.image_processes.tasks import Answer, Refused, Task


def serve(requests: BinaryIO, results: BinaryIO) -> None:
    """Answer frames until there are no more."""
    # The parent needs the frames only.
    from visionlens_jlab.media.image_processes import pictures, preparing  # noqa: F401  before memory counts
    from visionlens_jlab.media.image_processes.work import execute
    from visionlens_jlab.media.memory import limit_to

    megabytes = default_decode_memory()
    limit_to(megabytes, Bound(megabytes).room)
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
