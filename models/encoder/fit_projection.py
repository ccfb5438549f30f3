#!/usr/bin/env python3
"""Fits the projection after an encoder on paraphrases and writes it as a weight file.

    python3 fit_projection.py YINGDA standard zh-cnn-projection.bin
    python3 fit_projection.py YINGDA accurate zh-transformer-projection.bin

YINGDA is the program, which encodes the texts. Learns from paraphrases/*.jsonl, where a line is one meaning in several
wordings and lines of one family look alike but mean something else. The loss is the symmetric contrastive one (InfoNCE,
van den Oord et al. 2018) over batches of whole families, so that the look-alikes stand against each other; the start is
the principal components of the vectors, and few, small steps keep what the network knows. Needs numpy; the same input
gives the same result up to the order in which numpy's linear algebra sums.
"""

import argparse
import json
import pathlib
import subprocess

import numpy

import container

DIMENSIONS = 256
STEPS = 100
RATE = 3e-4
TEMPERATURE = 0.05
BATCH = 384
SEED = 0


def paraphrases(folder):
    """Texts with the number of their meaning, and the family of each meaning."""
    texts, meanings, families = [], [], []
    for path in sorted(folder.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            wordings = list(dict.fromkeys(row["questions"]))
            texts += wordings
            meanings += [len(families)] * len(wordings)
            families.append((path.stem, row["family"]))
    return texts, numpy.array(meanings), families


def encode(program, encoder, texts):
    """The network's vectors, one row a text."""
    run = subprocess.run(
        [program, "encode", "--encoder", encoder], input="\n".join(texts).encode(), capture_output=True, check=True
    )
    return numpy.frombuffer(run.stdout, "<f4").reshape(len(texts), -1)


def unit(rows):
    return rows / numpy.maximum(numpy.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def batches(random, meanings, families):
    """Endless batches of text pairs that mean the same, whole families together."""
    wordings = [numpy.flatnonzero(meanings == meaning) for meaning in range(len(families))]
    members = {}
    for meaning, family in enumerate(families):
        members.setdefault(family, []).append(meaning)
    names, waiting = sorted(members), []
    while True:
        chosen = []
        while len(chosen) < BATCH:
            waiting = waiting or list(random.permutation(len(names)))
            chosen += members[names[waiting.pop()]]
        pairs = numpy.array([random.choice(wordings[meaning], 2, replace=False) for meaning in chosen])
        yield pairs[:, 0], pairs[:, 1]


def softmax(logits, axis):
    powers = numpy.exp(logits - logits.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def through_unit(gradient, rows):
    """The gradient of the rows before they were scaled to length one."""
    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    directions = rows / lengths
    return (gradient - directions * (gradient * directions).sum(axis=1, keepdims=True)) / lengths


def fit(vectors, meanings, families):
    """The projection, inputs × outputs, by Adam."""
    random = numpy.random.default_rng(SEED)
    components = numpy.linalg.eigh(vectors.T @ vectors)[1][:, ::-1][:, :DIMENSIONS]
    # The sign of a principal component is arbitrary; the largest element shall be positive.
    signs = numpy.sign(components[numpy.abs(components).argmax(axis=0), range(components.shape[1])])
    projection = components * signs
    mean, square = numpy.zeros_like(projection), numpy.zeros_like(projection)
    for step, (left, right) in zip(range(1, STEPS + 1), batches(random, meanings, families)):
        a, b = vectors[left] @ projection, vectors[right] @ projection
        logits = unit(a) @ unit(b).T / TEMPERATURE
        wrong = (softmax(logits, 0) + softmax(logits, 1) - 2 * numpy.eye(len(logits))) / (2 * len(logits)) / TEMPERATURE
        gradient = vectors[left].T @ through_unit(wrong @ unit(b), a) + vectors[right].T @ through_unit(wrong.T @ unit(a), b)
        mean = 0.9 * mean + 0.1 * gradient
        square = 0.99 * square + 0.01 * gradient**2
        projection = projection - RATE * (mean / (1 - 0.9**step)) / (numpy.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return projection


def main():
    arguments = argparse.ArgumentParser(description="Fits an encoder's projection on paraphrases.")
    arguments.add_argument("program", type=pathlib.Path)
    arguments.add_argument("encoder", choices=["standard", "accurate"])
    arguments.add_argument("output", type=pathlib.Path)
    chosen = arguments.parse_args()

    texts, meanings, families = paraphrases(pathlib.Path(__file__).parent / "paraphrases")
    raw = encode(chosen.program, chosen.encoder, texts).astype(numpy.float64)
    projection = fit(unit(raw - raw.mean(axis=0)), meanings, families)
    scales = numpy.abs(projection).max(axis=0) / 127
    weights = numpy.round(projection / scales).T
    tensors = [
        ("projection.weights", weights.astype("i1")),
        ("projection.scales", scales.astype("<f4")),
        ("mean", (raw @ (weights.T * scales)).mean(axis=0).astype("<f4")),
    ]
    size = container.write(chosen.output, {"architecture": "projection"}, [], tensors)
    print(f"{chosen.output}: {size} bytes, {len(texts)} texts, {len(families)} meanings")


if __name__ == "__main__":
    main()
