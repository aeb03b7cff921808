"""How a process and its renderer speak: a header of JSON and some bytes, each led by their lengths."""

import json
import socket
import struct
import time
from collections.abc import Mapping
from typing import Any

_LENGTHS = struct.Struct("!II")


class Closed(Exception):
    """The other side is gone."""


def send(channel: socket.socket, header: Mapping[str, object], content: bytes, deadline: float | None = None) -> None:
    """Raise Closed or TimeoutError; a deadline is in the time of time.monotonic()."""
    head = json.dumps(header).encode()
    _limit(channel, deadline)
    try:
        channel.sendall(_LENGTHS.pack(len(head), len(content)) + head + content)
    except (BrokenPipeError, ConnectionError) as error:
        raise Closed from error


def receive(channel: socket.socket, deadline: float | None = None) -> tuple[dict[str, Any], bytes]:
    """Raise Closed or TimeoutError."""
    head, content = _LENGTHS.unpack(_read(channel, _LENGTHS.size, deadline))
    return json.loads(_read(channel, head, deadline)), _read(channel, content, deadline)


def _read(channel: socket.socket, size: int, deadline: float | None) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        _limit(channel, deadline)
        try:
            part = channel.recv(min(size - len(parts), 1 << 20))
        except ConnectionError as error:
            raise Closed from error
        if not part:
            raise Closed
        parts += part
    return bytes(parts)


def _limit(channel: socket.socket, deadline: float | None) -> None:
    if deadline is None:
        channel.settimeout(None)
        return
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    channel.settimeout(left)
