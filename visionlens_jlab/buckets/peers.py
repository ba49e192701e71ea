"""Which machines an address of the web may lead to.

A name is resolved here, its addresses are judged, and the connection goes to the very one that was
judged: what a name server says afterwards changes nothing.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from urllib.parse import urlsplit

import httpcore

from visionlens_jlab.config import allowed_roots
from visionlens_jlab.errors import VisionLensError

_METADATA_NAMES = ("metadata", "metadata.google.internal")
_METADATA = ("fd00:ec2::254", "100.100.100.200")
"""Of clouds that do not keep it at a link-local address."""
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class CheckedNetwork(httpcore.NetworkBackend):
    """Connects where `check_peer` lets it."""

    def __init__(self) -> None:
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first of the host's addresses that answers."""
        peers = _resolved(host, port)
        for peer in peers:
            check_peer(host, peer)
        for peer in peers[:-1]:
            try:
                return self._plain.connect_tcp(peer, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._plain.connect_tcp(peers[-1], port, timeout, local_address, socket_options)


def check_peer(host: str, peer: str) -> None:
    """PATH_NOT_ALLOWED where a host, by its name or by the address `peer`, is not to be asked."""
    found: _Address = ipaddress.ip_address(peer.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    plain = host.lower().strip("[]").rstrip(".")
    own = found.is_loopback or found.is_unspecified
    internal = found.is_link_local or str(found) in _METADATA or plain in _METADATA_NAMES
    if not internal and (not own or _says_own(plain)):
        return
    if plain in {urlsplit(one).hostname for one in allowed_roots().folders if "://" in one}:
        return
    what = "this machine itself" if own else "an address for the machine's own network alone"
    raise VisionLensError(
        "PATH_NOT_ALLOWED",
        f"{host[:200]} leads to {what}: not asked.",
        "If that is meant, the operator names the host in VisionLens.allowed_roots.",
    )


def _says_own(host: str) -> bool:
    """Whether a host says itself that it is this machine."""
    try:
        return ipaddress.ip_address(host) is not None
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        if getattr(error, "errno", None) == socket.EAI_AGAIN:
            raise httpcore.ConnectError(str(error)) from error
        raise VisionLensError("DIR_NOT_FOUND", f"There is no host {host[:200]}.") from error
    return list(dict.fromkeys(str(one[4][0]) for one in found))
