"""Whether the hub of models can be reached; without a network its client retries for a minute."""

from __future__ import annotations

import os
import socket
import textwrap
from urllib.parse import urlsplit

_SECONDS = 3.0
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def prefer_cache_without_network() -> None:
    """Have the hub's client look at its cache only, unless the hub answers."""
    from huggingface_hub import constants

    constants.HF_HUB_OFFLINE = not _reachable()


def why_not_loaded(error: Exception) -> str:
    """Why a model of the hub could not be loaded, in a sentence."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE:
        return "its files are not on this machine, and huggingface.co cannot be reached from it"
    return first_line(error)


def first_line(error: Exception) -> str:
    """The beginning of what an error says, without its full stop."""
    lines = str(error).strip().splitlines()
    said = textwrap.shorten(lines[0], 300, placeholder=" ...") if lines else ""
    return said.removesuffix(".") or type(error).__name__


def _reachable() -> bool:
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in ("1", "TRUE", "YES", "ON"):
        return False
    if any(os.environ.get(name) for name in _PROXIES):
        return True  # for the proxy to say
    address = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    port = address.port or (80 if address.scheme == "http" else 443)
    try:
        socket.create_connection((address.hostname or "", port), _SECONDS).close()
    except OSError:
        return False
    return True
