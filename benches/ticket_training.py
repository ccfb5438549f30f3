#!/usr/bin/env python3
"""Training and routing of tickets: Yingda beside a scikit-learn script, on the same tickets in one run.

usage: benches/ticket_training.py [TICKETS ...] [--train FILE ... --test FILE ...] [--scale]

Tickets are JSON Lines with `title`, `text` and `label`; those of corpus/tickets unless others are given. A fifth of them,
chosen by a hash of the text, is the test set, unless `--train` and `--test` name a split. The scikit-learn script is what
many would write: TF-IDF of character 1- to 3-grams (min_df 2, sublinear), then LinearSVC or LogisticRegression. It fits one
model and stops; `yingda train` also tries prices, stacks two machines, calibrates and derives promises from folds.

CPU and memory are those of the child process, imports included; encoding the training texts is measured apart by
`yingda encode`. Yingda is served over HTTP by one connection, protocol and Python client included; scikit-learn predicts in
process. `--scale` trains on 100,000 made-up tickets instead. Installs scikit-learn and numpy into target/ where missing; else
only the standard library is used.
"""

import argparse
import hashlib
import http.client
import json
import os
import pickle
import random
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from load_test import Server

ROOT = Path(__file__).resolve().parent.parent
TARGET = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
YINGDA = TARGET / "release" / "yingda"
VENV = TARGET / "ticket_training_venv"
REFERENCES = ("LinearSVC", "LogisticRegression")
ENCODERS = ("standard", "none")
# Tickets of one batch, and tickets sent or predicted one by one at most.
BATCH, SINGLY = 500, 1_000
# The training is to stay below these: seconds of CPU on ten thousand tickets; seconds on the clock with --scale.
TARGETS = "targets: 8 CPU s and 500 MiB on 10,000 tickets; with --scale 60 s and 2,048 MiB; encoding apart"


def read(files):
    """Labelled rows of files and of the `*.jsonl` of directories."""
    found = []
    for path in map(Path, files):
        found += sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    rows = [json.loads(line) for path in found for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [{"title": row.get("title") or "", "text": row.get("text") or "", "label": row["label"]} for row in rows if row.get("label")]


def write(rows, path):
    with open(path, "w", encoding="utf-8") as f:
        f.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def joined(row):
    return f"{row['title']}\n{row['text']}" if row["title"] else row["text"]


def split(rows):
    """Four fifths and one fifth; equal texts stay together."""
    inside = lambda row: hashlib.sha256(joined(row).encode()).digest()[0] % 5 != 0
    return [row for row in rows if inside(row)], [row for row in rows if not inside(row)]


def measured(command, **pipes):
    """Runs a child to its end: its seconds, CPU seconds and peak MiB. Its complaints are shown where it fails."""
    with tempfile.TemporaryFile() as complaints:
        begun = time.monotonic()
        child = subprocess.Popen([str(part) for part in command], stderr=complaints, **{"stdout": subprocess.DEVNULL, **pipes})
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            complaints.seek(0)
            raise SystemExit(f"{command[0]} failed: {complaints.read().decode(errors='replace')[-2000:]}")
        return {"seconds": time.monotonic() - begun, "cpu": usage.ru_utime + usage.ru_stime, "mib": usage.ru_maxrss / 1024}


def quality(truth, guesses):
    """Accuracy and macro-F1 over the labels that truly occur."""
    scores = []
    for label in set(truth):
        hit = sum(t == g == label for t, g in zip(truth, guesses))
        scores.append(2 * hit / (truth.count(label) + guesses.count(label)))
    return {"accuracy": sum(t == g for t, g in zip(truth, guesses)) / len(truth), "macro_f1": statistics.fmean(scores)}


def reference(name, train, test, out):
    """The scikit-learn script, run as a child in the private environment. Fits, or, where the model exists, predicts."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.svm import LinearSVC

    model = Path(out, name)
    if not model.exists():
        rows = read([train])
        learner = LinearSVC() if name == "LinearSVC" else LogisticRegression(max_iter=1_000)
        terms = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True)
        model.write_bytes(pickle.dumps(make_pipeline(terms, learner).fit([joined(r) for r in rows], [r["label"] for r in rows])))
        return
    pipeline, texts = pickle.loads(model.read_bytes()), [joined(row) for row in read([test])]
    pipeline.predict(texts[:10])
    begun = time.perf_counter()
    guesses = pipeline.predict(texts).tolist()
    batched = (time.perf_counter() - begun) / len(texts)
    begun = time.perf_counter()
    for text in texts[:SINGLY]:
        pipeline.predict([text])
    singly = (time.perf_counter() - begun) / len(texts[:SINGLY])
    json.dump({"guesses": guesses, "batch_us": batched * 1e6, "singly_us": singly * 1e6}, sys.stdout)


def run_reference(name, train, test, folder):
    python = VENV / "bin" / "python"
    command = [python, __file__, "--reference", name, train, test, folder]
    run = measured(command)
    said = json.loads(subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True).stdout)
    return {**run, **said, "name": f"scikit-learn {name}", "size": Path(folder, name).stat().st_size}


def train_yingda(encoder, train, folder, *options):
    model = Path(folder, f"model-{encoder}")
    run = measured([YINGDA, "train", "--tickets", train, "--out", model, "--encoder", encoder, *options])
    return {**run, "name": f"yingda --encoder {encoder}", "model": model, "size": sum(f.stat().st_size for f in model.iterdir())}


def encode(rows, folder):
    """What the sentence vectors of all training rows cost; on one core."""
    path = Path(folder, "texts")
    path.write_text("".join(joined(row).replace("\n", " ") + "\n" for row in rows), encoding="utf-8")
    with open(path) as texts:
        return measured([YINGDA, "encode", "--encoder", "standard"], stdin=texts)


def serve(run, rows, folder):
    """Routes the test rows over HTTP: in batches, then one by one."""
    corpus = Path(folder, "corpus")
    corpus.mkdir(exist_ok=True)
    write([{"id": "only", "question": "怎么退款", "answer": "在订单页申请。"}], corpus / "faq.jsonl")
    server = Server([str(YINGDA), "serve", "--listen", "127.0.0.1:0", "--corpus", str(corpus), "--model", str(run["model"])])
    connection = http.client.HTTPConnection(server.host, server.port, timeout=600)

    def posted(path, bodies):
        begun, before, answers = time.perf_counter(), server.cpu_seconds(), []
        for body in bodies:
            connection.request("POST", path, body, {"content-type": "application/json"})
            response = connection.getresponse()
            answers.append(response.read())
            if response.status != 200:
                raise SystemExit(f"{path} answered {response.status}: {answers[-1].decode()[:500]}")
        return answers, time.perf_counter() - begun, server.cpu_seconds() - before

    try:
        tickets = [{"title": row["title"], "text": row["text"]} for row in rows]
        batches = [json.dumps({"tickets": tickets[at : at + BATCH]}).encode() for at in range(0, len(tickets), BATCH)]
        single = [json.dumps(ticket).encode() for ticket in tickets[:SINGLY]]
        posted("/v1/classify", single[:50])
        answers, batch, _ = posted("/v1/classify/batch", batches)
        _, singly, cpu = posted("/v1/classify", single)
    finally:
        server.stop()
    guesses = [result["skill_group"] for answer in answers for result in json.loads(answer)["results"]]
    return {"guesses": guesses, "batch_us": batch / len(rows) * 1e6, "singly_us": singly / len(single) * 1e6, "server_us": cpu / len(single) * 1e6}


def in_process():
    """What the criterion bench of the same build measured last."""
    for path in sorted((TARGET / "criterion" / "one ticket").glob("*/new/estimates.json")):
        yield path.parent.parent.name, json.loads(path.read_text())["mean"]["point_estimate"] / 1e3


def made_up(rows=100_000, groups=30, words=12_000):
    """Tickets of some 25 characters. Words are as unequal as in real texts; a fifth of them belong to the group's trade."""
    dice = random.Random(20)
    character = lambda: chr(0x4E00 + min(int(dice.paretovariate(0.6) * 8), 3_000))
    lexicon = ["".join(character() for _ in range(dice.choice((1, 2, 2, 2, 3, 4)))) for _ in range(words)]
    common = [1 / (rank + 10) for rank in range(words)]
    running = [sum(common[:1])]
    for weight in common[1:]:
        running.append(running[-1] + weight)
    trades = [dice.sample(range(200, words), 200) for _ in range(groups)]
    for _ in range(rows):
        group = dice.randrange(groups)
        length = max(4, round(dice.gauss(25, 9)))
        text = ""
        while len(text) < length:
            word = dice.choice(trades[group]) if dice.random() < 0.2 else dice.choices(range(words), cum_weights=running)[0]
            text += lexicon[word] + ("，" if dice.random() < 0.15 else "")
        # One label in twenty is wrong, as people's are.
        yield {"title": "", "text": text, "label": f"组{dice.randrange(groups) if dice.random() < 0.05 else group:02}"}


def scale(folder):
    """100,000 tickets: does training still end, and where does memory go?"""
    rows, path = list(made_up()), Path(folder, "tickets.jsonl")
    write(rows, path)
    length = statistics.fmean(len(row["text"]) for row in rows)
    print(f"{len(rows):,} made-up tickets of {length:.0f} characters, 30 groups, at most 50,000 terms")
    encoding = encode(rows, folder)
    print(f"{'':32}{'seconds':>9}{'CPU s':>9}{'peak MiB':>10}{'accuracy':>10}{'MB':>8}")
    print(f"{'encoding alone, on one core':32}{encoding['seconds']:9.1f}{encoding['cpu']:9.1f}{encoding['mib']:10.0f}")
    for encoder in reversed(ENCODERS):
        run = train_yingda(encoder, path, folder, "--max-terms", "50000")
        held_out = json.loads((run["model"] / "report.json").read_text())["held_out"]["accuracy"]
        print(f"{run['name']:32}{run['seconds']:9.1f}{run['cpu']:9.1f}{run['mib']:10.0f}{held_out:10.3f}{run['size'] / 1e6:8.1f}")


def compare(train, test, folder):
    train_file, test_file = Path(folder, "train.jsonl"), Path(folder, "test.jsonl")
    write(train, train_file)
    write(test, test_file)
    length = statistics.fmean(len(joined(row)) for row in train)
    print(f"{len(train):,} tickets to train on, {len(test):,} to test on, {len({row['label'] for row in train})} groups, {length:.0f} characters")
    runs = []
    for encoder in ENCODERS:
        run = train_yingda(encoder, train_file, folder)
        runs.append({**run, **serve(run, test, folder)})
    runs += [run_reference(name, train_file, test_file, folder) for name in REFERENCES]
    truth = [row["label"] for row in test]
    print(f"{'':34}{'accuracy':>9}{'macro-F1':>9}{'CPU s':>8}{'seconds':>9}{'peak MiB':>10}{'MB':>7}{'batch µs':>10}{'singly µs':>11}")
    for run in runs:
        run.update(quality(truth, run["guesses"]))
        print(f"{run['name']:34}{run['accuracy']:9.3f}{run['macro_f1']:9.3f}{run['cpu']:8.1f}{run['seconds']:9.1f}{run['mib']:10.0f}{run['size'] / 1e6:7.1f}{run['batch_us']:10.0f}{run['singly_us']:11.0f}")
    encoding, importing = encode(train, folder), measured([VENV / "bin" / "python", "-c", "import sklearn.svm, sklearn.linear_model, sklearn.pipeline"])
    print(f"of it encoding the training texts: {encoding['cpu']:.1f} CPU s; importing scikit-learn: {importing['cpu']:.1f} CPU s, {importing['mib']:.0f} MiB")
    print("server's own CPU µs for a single ticket: " + ", ".join(f"{run['server_us']:.0f} ({run['name']})" for run in runs if "server_us" in run))
    for name, microseconds in in_process():
        print(f"in process, {name}: {microseconds:.0f} µs (cargo bench --bench tickets)")


def prepare(with_reference):
    subprocess.run(["cargo", "build", "--release", "--locked", "--quiet", "--bin", "yingda"], cwd=ROOT, check=True)
    if with_reference and not (VENV / "installed").exists():
        venv.create(VENV, with_pip=True, clear=True)
        subprocess.run([VENV / "bin" / "pip", "install", "--quiet", "scikit-learn", "numpy"], check=True)
        (VENV / "installed").touch()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tickets", nargs="*", default=[ROOT / "corpus" / "tickets"])
    parser.add_argument("--train", nargs="+", help="files to train on; with --test")
    parser.add_argument("--test", nargs="+", help="files to test on; with --train")
    parser.add_argument("--scale", action="store_true", help="100,000 made-up tickets instead")
    parser.add_argument("--reference", nargs=4, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.reference:
        return reference(*args.reference)
    if bool(args.train) != bool(args.test):
        parser.error("--train and --test go together")
    prepare(with_reference=not args.scale)
    print(f"load of the machine before: {os.getloadavg()[0]:.2f} on {os.cpu_count()} cores; {TARGETS}")
    with tempfile.TemporaryDirectory() as folder:
        if args.scale:
            scale(folder)
        else:
            compare(*((read(args.train), read(args.test)) if args.train else split(read(args.tickets))), folder)
    print(f"load of the machine after: {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
