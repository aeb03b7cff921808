"""The objects of a finished PDF turned into bytes once.

pydyf does it twice where a file has an identifier, compresses both times, as far as can be, which takes five times as
long for a hundredth of the size, and asks each number what it is.
"""

import zlib

import pydyf  # type: ignore[import-untyped] # it ships no types

_LEVEL = 6  # of 9


def pack(pdf: pydyf.PDF) -> None:
    """The last thing before the file is written: nothing of it can be changed afterwards."""
    for at, thing in enumerate(pdf.objects):
        if isinstance(thing, pydyf.Stream):
            if thing.compress:
                stream = b"\n".join([item if type(item) is bytes else _bytes(item) for item in thing.stream])
                thing.stream = [zlib.compress(stream, _LEVEL)]
                thing.extra = {**thing.extra, "Filter": "/FlateDecode"}
                thing.compress = False
        elif thing.free != "f":
            pdf.objects[at] = _Packed(thing)


def packed_stream(stream: pydyf.Stream) -> bytes:
    """The bytes of a stream, also of that in which pydyf puts the other objects when it writes the file."""
    content = b"\n".join([item if type(item) is bytes else _bytes(item) for item in stream.stream])
    extra = dict(stream.extra)
    if stream.compress:
        extra["Filter"] = "/FlateDecode"
        content = zlib.compress(content, _LEVEL)
    extra["Length"] = len(content)
    return b"\n".join((_bytes(pydyf.Dictionary(extra)), b"stream", content, b"endstream"))


class _Packed(pydyf.Object):  # type: ignore[misc] # it ships no types
    """An object that knows its bytes."""

    data = b""  # where pydyf works them out

    def __init__(self, thing: pydyf.Object) -> None:
        super().__init__()
        self.number = thing.number
        self.generation = thing.generation
        self.data = _bytes(thing)


def _bytes(item: object) -> bytes:
    """As pydyf writes it: the same bytes in a third of the time."""
    match item:
        case bytes():
            return item
        case str():
            return item.encode("ascii")
        case pydyf.Array():
            return b"[%b]" % b" ".join([_bytes(child) for child in item])
        case pydyf.Dictionary():
            return b"<<%b>>" % b"".join([b"/%b %b" % (_bytes(key), _bytes(value)) for key, value in item.items()])
    packed: bytes = pydyf._to_bytes(item)
    return packed
