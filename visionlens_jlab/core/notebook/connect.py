"""Which datasets a call is about: those of a server, or of a folder in this process."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from visionlens_jlab.config import ENV_SERVER, default_data_dir
from visionlens_jlab.core.notebook.address import Address, find_address
from visionlens_jlab.core.notebook.backend import Backend
from visionlens_jlab.errors import VisionLensError, system_errors

_lock = threading.Lock()
_servers: dict[Address, Backend] = {}
_folders: dict[Path, Backend] = {}


def connect(data_dir: str | os.PathLike[str] | None = None, *, create: bool = False) -> Backend:
    """The backend for a call.

    A folder that is named is opened in this process. Otherwise the Jupyter server that started
    this process is asked; without one, the default data directory is opened in this process.

    `create`: whether a folder that is named and not there is to be made, once something is written.

    Raises
    ------
    VisionLensError
        DIR_NOT_FOUND, REQUEST_INVALID for a folder; VERSION_MISMATCH, NOT_AUTHENTICATED;
        SERVER_UNREACHABLE, NOT_FOUND where $VISIONLENS_SERVER
        names a server that does not answer, or that has no VisionLens.
    """
    if data_dir is not None:
        return _folder(named_folder(data_dir, create=create))
    address = find_address(os.environ)
    if address is None:
        return _folder(default_data_dir())
    try:
        return _server(address)
    except VisionLensError as error:
        # A hub's server may not have the extension. Who named one means its datasets, not others.
        if error.code == "NOT_FOUND" and ENV_SERVER not in os.environ:
            return _folder(default_data_dir())
        raise


def named_folder(data_dir: str | os.PathLike[str], *, create: bool = False) -> Path:
    """A data directory that was named. DIR_NOT_FOUND unless it may be made; REQUEST_INVALID."""
    if not isinstance(data_dir, str | os.PathLike) or not os.fspath(data_dir):
        raise VisionLensError(
            "REQUEST_INVALID", f"data_dir is the path of a folder, not {data_dir!r}."
        )
    with system_errors():
        path = Path(data_dir).expanduser().resolve()
        if not path.is_dir() and not create:
            raise VisionLensError(
                "DIR_NOT_FOUND",
                f"There is no data directory {path}.",
                "Check its spelling; vl.ingest(..., data_dir=...) makes one.",
            )
    return path


def _server(address: Address) -> Backend:
    """The server's backend."""
    from visionlens_jlab.core.notebook.remote_dataset import RemoteBackend
    from visionlens_jlab.core.notebook.transport import Transport

    with _lock:
        if address not in _servers:
            transport = Transport(address)
            try:
                transport.check_version()
            except VisionLensError:
                transport.close()
                raise
            _servers[address] = RemoteBackend(transport)
        return _servers[address]


def _folder(data_dir: Path) -> Backend:
    from visionlens_jlab.core.notebook.direct import DirectBackend

    with _lock:
        if data_dir not in _folders:
            _folders[data_dir] = DirectBackend(data_dir)
        return _folders[data_dir]
