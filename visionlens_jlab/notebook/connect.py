"""Which datasets does a call speak of: a server's, or those of a folder in this process?"""

from __future__ import annotations

import os
import threading
from pathlib import Path

from ..config import ENV_SERVER, default_data_dir
from ..errors import VisionLensError
from .address import Address, find_address
from .backend import Backend

_lock = threading.Lock()
_servers: dict[Address, Backend] = {}
_folders: dict[Path, Backend] = {}


def connect(data_dir: str | os.PathLike[str] | None = None) -> Backend:
    """The backend for a call.

    A folder that is named is opened in this process. Otherwise the Jupyter server that started
    this process is asked; without one, the default data directory is opened in this process.

    Raises
    ------
    VisionLensError
        VERSION_MISMATCH, NOT_AUTHENTICATED; SERVER_UNREACHABLE, NOT_FOUND where $VISIONLENS_SERVER
        names a server that does not answer, or that has no VisionLens.
    """
    if data_dir is not None:
        return _folder(Path(data_dir).expanduser().resolve())
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


def _server(address: Address) -> Backend:
    """The server's backend."""
    from .http import HttpBackend
    from .transport import Transport

    with _lock:
        if address not in _servers:
            transport = Transport(address)
            try:
                transport.check_version()
            except VisionLensError:
                transport.close()
                raise
            _servers[address] = HttpBackend(transport)
        return _servers[address]


def _folder(data_dir: Path) -> Backend:
    from .direct import DirectBackend

    with _lock:
        if data_dir not in _folders:
            _folders[data_dir] = DirectBackend(data_dir)
        return _folders[data_dir]
