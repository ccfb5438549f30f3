"""Writes the encoder's weight file.

Layout, all numbers little-endian: the magic `YDENC1\\n`, the header's length as
u32, the header as JSON, then the tensors, each starting at a multiple of 64
bytes. The header's `tensors` name them with type, shape, offset and order of
writing, so that a reader needs no knowledge of the network. The same input gives
the same bytes. Knows nothing about where weights come from.
"""

import json

import numpy

MAGIC = b"YDENC1\n"
ALIGNMENT = 64
TYPES = {"u1": "u8", "i1": "i8", "u4": "u32", "f2": "f16", "f4": "f32"}


def piece_tensors(header, pieces):
    """The vocabulary in the order a reader searches it: sorted by bytes, with scores and rows.

    Special rows stand for no text and are left out.
    """
    special = {header["begin"], header["end"], header["unknown"]}
    rows = [row for row in range(len(pieces)) if row not in special]
    rows.sort(key=lambda row: pieces[row][0].encode())
    texts = [pieces[row][0].encode() for row in rows]
    if len(set(texts)) != len(texts) or not all(texts):
        raise SystemExit("two pieces are equal, or one is empty")
    return [
        ("pieces.text", numpy.frombuffer(b"".join(texts), "u1")),
        ("pieces.ends", numpy.cumsum([len(text) for text in texts]).astype("<u4")),
        ("pieces.scores", numpy.array([pieces[row][1] for row in rows], "<f4")),
        ("pieces.rows", numpy.array(rows, "<u4")),
    ]


def aligned(length):
    return -(-length // ALIGNMENT) * ALIGNMENT


def directory(tensors, start):
    """What the header says about the tensors when the first one begins at `start`."""
    entries = []
    for name, array in tensors:
        kind = TYPES[array.dtype.str.lstrip("<|")]
        entries.append({"name": name, "type": kind, "shape": list(array.shape), "offset": start})
        start = aligned(start + array.nbytes)
    return entries


def write(path, header, pieces, tensors):
    """Writes `tensors` [(name, array)] and `pieces` [(text, score)] in row order, if any; returns the size."""
    tensors = (piece_tensors(header, pieces) if pieces else []) + tensors
    tensors = [(name, numpy.ascontiguousarray(array)) for name, array in tensors]
    # The header's length depends on the offsets in it; padding makes room for their digits.
    widest = json.dumps({**header, "tensors": directory(tensors, 10**9)}, ensure_ascii=False)
    start = aligned(len(MAGIC) + 4 + len(widest.encode()))
    text = json.dumps({**header, "tensors": directory(tensors, start)}, ensure_ascii=False)
    text = text.encode().ljust(start - len(MAGIC) - 4)
    with open(path, "wb") as file:
        file.write(MAGIC + len(text).to_bytes(4, "little") + text)
        for _, array in tensors:
            file.write(array.tobytes().ljust(aligned(array.nbytes), b"\0"))
        return file.tell()
