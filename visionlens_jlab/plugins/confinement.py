"""Holds this process to its own folders and, if wanted, away from the network.

Linux alone can: Landlock (5.13 and later) refuses writes elsewhere and, from 6.12, signals to other
processes; a network namespace of its own has no way out. See landlock(7), unshare(2).
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
from collections.abc import Sequence

from visionlens_jlab.config import ENV_PLUGIN_CONFINEMENT

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVILEGES = 38
_WRITES = 0b1_1111_1111_0010
"""write_file, remove_*, make_*; of version 1."""
_REFER, _TRUNCATE = 1 << 13, 1 << 14
_FILE_WRITES = (1 << 1) | _TRUNCATE
_SCOPES = 0b11
"""Abstract sockets and signals stay within."""
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000
_PATH_BENEATH = 1


def confine(folders: Sequence[str], *, network: bool) -> str:
    """Confine this process and its children; call it before there are threads.

    Returns
    -------
    str
        What the system could not hold it to, as a sentence; empty: nothing.

    Raises
    ------
    PermissionError
        Where that is required (`VisionLens.plugin_confinement`).
    """
    lacking = []
    if not network and not _without_network():
        lacking.append("to keep off the network")
    if not _write_only_in(folders):
        lacking.append("to write in its own folder only")
    if not lacking:
        return ""
    sentence = f"This system cannot hold plugins {' and '.join(lacking)}."
    if os.environ.get(ENV_PLUGIN_CONFINEMENT) == "required":
        raise PermissionError(sentence)
    return sentence


def _without_network() -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    return any(libc.unshare(flags) == 0 for flags in (_NEW_NET, _NEW_USER | _NEW_NET))


def _write_only_in(folders: Sequence[str]) -> bool:
    if sys.platform != "linux":
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    version = libc.syscall(_CREATE, None, ctypes.c_size_t(0), 1)
    if version < 1:
        return False
    handled = _WRITES | (_REFER if version >= 2 else 0) | (_TRUNCATE if version >= 3 else 0)
    rules = struct.pack("=QQQ", handled, 0, _SCOPES)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(_CREATE, rules, ctypes.c_size_t(size), 0)
    if ruleset < 0:
        return False
    try:
        for folder in folders:
            _allow(libc, ruleset, folder, handled)
        _allow(libc, ruleset, os.devnull, handled & _FILE_WRITES)
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0):
            return False
        return bool(libc.syscall(_RESTRICT, ruleset, 0) == 0)
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, place: str, access: int) -> None:
    descriptor = os.open(place, os.O_PATH | os.O_CLOEXEC)
    try:
        rule = struct.pack("=Qi", access, descriptor)
        if libc.syscall(_ADD, ruleset, _PATH_BENEATH, rule, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), place)
    finally:
        os.close(descriptor)
