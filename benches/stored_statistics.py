#!/usr/bin/env python3
"""Fills a SQLite store with so many decisions and times what a console would ask of them.

    cargo build --release
    python3 benches/stored_statistics.py --decisions 10000000

The store is made by the service itself, filled with SQL over 90 days, and summed by `yingda stats rebuild`. Each question
is asked five times; the median counts. Nothing is asserted: figures are for benches/README.md."""

import argparse, json, os, pathlib, signal, sqlite3, statistics, subprocess, tempfile, time, urllib.request

QUESTIONS = {
    "day × channel × decision, 90 days": "/v1/stats?by=day,channel,decision&from={first}",
    "day × channel, 90 days": "/v1/stats?by=day,channel&from={first}",
    "hours of the last day by channel": "/v1/stats?by=hour,channel&from={last}",
    "by group, 30 days": "/v1/stats?by=skill_group&from={month}",
    "reasons by day, 30 days": "/v1/stats?by=day,reason&from={month}",
    "categories, 30 days": "/v1/stats?by=category&from={month}",
    "entries, 30 days": "/v1/stats/entries?from={month}",
    "entries with all measures, 30 days": "/v1/stats?by=faq_id&from={month}",
    "self-service, feedback and reviews of all 90 days": "/v1/stats?from={first}",
    "of one channel by week, 90 days": "/v1/stats?by=week&channel=wechat&from={first}",
    "two columns that no sum knows, one day": "/v1/stats?by=skill_group,channel&from={last}",
}

FILL = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count),
thrown AS (SELECT i, (i * 2654435761 + 12345) % 4294967291 AS a, (i * 40503 + 977) % 1000003 AS b FROM n)
INSERT INTO decisions (message_id, kb, at, channel, conversation_id, text, hidden, decision, faq_id, category, skill_group,
    confidence, reason, candidates, corpus_version, model_version, duration_us, key)
SELECT printf('b%09d', i), 'default', :from + (:to - :from) / :count * i,
    CASE b % 4 WHEN 0 THEN 'web' WHEN 1 THEN 'wechat' WHEN 2 THEN 'sms' ELSE 'weibo' END,
    't' || (i / 3), '', '[]',
    CASE WHEN a % 100 < 62 THEN 'answer' WHEN a % 100 < 75 THEN 'suggest' WHEN a % 100 < 92 THEN 'handoff' ELSE 'smalltalk' END,
    CASE WHEN a % 100 < 62 THEN 'e' || CAST(5000.0 * (b / 1000003.0) * (b / 1000003.0) AS INTEGER) END,
    'c' || (a % 40),
    CASE WHEN a % 100 BETWEEN 75 AND 91 THEN 'g' || (b % 30) END, 0.9,
    CASE WHEN a % 100 BETWEEN 75 AND 91 THEN CASE b % 5 WHEN 0 THEN 'human_requested' WHEN 1 THEN 'complaint' ELSE 'low_confidence' END END,
    '[]', 'v' || (i * 20 / :count), 'm1', 300 + (a % 1000) * (a % 1000) / 40, 'web'
FROM thrown
"""


def serve(binary, state):
    """A ready service and its URL."""
    process = subprocess.Popen([binary, "serve", "--listen", "127.0.0.1:0", "--data", state],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                               env={**os.environ, "YINGDA_REQUEST_TIMEOUT_MS": "600000"})
    url = process.stdout.readline().split()[-1]
    while True:
        try:
            urllib.request.urlopen(f"{url}/readyz")
            return process, url
        except OSError:
            time.sleep(0.1)


def stop(process):
    process.send_signal(signal.SIGTERM)
    process.wait()


def day(second):
    return time.strftime("%Y-%m-%d", time.gmtime(second + 8 * 3600))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default="target/release/yingda")
    parser.add_argument("--decisions", type=int, default=1_000_000)
    parser.add_argument("--dir", help="where the store is made; a temporary folder where absent")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.dir) as folder:
        stop(serve(arguments.binary, folder)[0])
        now = int(time.time())
        store = sqlite3.connect(pathlib.Path(folder, "yingda.sqlite"))
        began = time.perf_counter()
        with store:
            store.execute("PRAGMA synchronous = OFF")
            store.execute(FILL, {"count": arguments.decisions, "from": (now - 90 * 86400) * 10**6, "to": now * 10**6})
            store.execute("INSERT INTO feedback (kb, message_id, at, rating, labels, comment, key) SELECT kb, message_id, at, "
                          "CASE WHEN duration_us % 9 = 0 THEN 'bad' ELSE 'good' END, '[]', '', '' FROM decisions "
                          "WHERE duration_us % 50 = 0")
        store.close()
        print(f"filled with {arguments.decisions:,} decisions in {time.perf_counter() - began:.0f} s, "
              f"{pathlib.Path(folder, 'yingda.sqlite').stat().st_size / 2**20:,.0f} MiB")
        began = time.perf_counter()
        subprocess.run([arguments.binary, "stats", "rebuild", "--data", folder], check=True, stdout=subprocess.DEVNULL)
        print(f"summed anew in {time.perf_counter() - began:.0f} s")
        process, url = serve(arguments.binary, folder)
        try:
            times = {"first": day(now - 90 * 86400 + 86400), "month": day(now - 30 * 86400), "last": day(now)}
            for name, path in QUESTIONS.items():
                took, rows = [], 0
                for _ in range(5):
                    began = time.perf_counter()
                    told = json.load(urllib.request.urlopen(url + path.format(**times)))
                    took.append((time.perf_counter() - began) * 1000)
                    rows = len(told.get("rows", told.get("entries", [])))
                print(f"{statistics.median(took):8.0f} ms  {rows:6,} rows  {name}")
        finally:
            stop(process)


if __name__ == "__main__":
    main()
