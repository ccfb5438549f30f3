#!/usr/bin/env python3
"""Load test: a corpus of 5,000 entries (15,000 questions) behind `yingda serve`, beside a bare axum JSON echo.

usage: benches/load_test.py [--seconds 8] [--connections 32]

Builds both in release, installs `wrk` from Debian where it is missing, and prints a table: requests per second and
their ratio to the echo of the same run, latency percentiles, CPU per request, memory, start-up and reload time. Two
kinds of traffic: `distinct` (every question worded differently, so that nothing is served from memory) and `daily` (65 %
are the 200 most common questions, the rest distinct). Only the standard library is used.
"""

import argparse
import http.client
import json
import os
import random
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PRODUCTS = (
    "纸尿裤 拉拉裤 奶粉 米粉 奶瓶 奶嘴 吸奶器 暖奶器 消毒柜 婴儿车 安全座椅 餐椅 婴儿床 床围 睡袋 连体衣 围兜 口水巾 湿巾 棉柔巾 "
    "洗衣液 沐浴露 润肤霜 防晒霜 驱蚊液 体温计 吸鼻器 磨牙棒 牙胶 积木 绘本 早教机 爬行垫 围栏 学步鞋 背带 腰凳 妈咪包 防溢乳垫 "
    "产褥垫 哺乳枕 月子服 孕妇枕 叶酸 空气净化器 扫地机 加湿器 电饭煲 料理机 保温杯"
).split()
NEEDS = (
    "怎么退货|能不能换货|什么时候发货|运费怎么算|有没有优惠券|怎么开发票|保修多久|怎么清洗|多大宝宝能用|和实体店一样吗|可以货到付款吗|"
    "缺货什么时候补|买错了怎么取消|少发了一件怎么办|有异味正常吗|说明书在哪里下载|配件在哪里买|能送到乡镇吗|降价能退差价吗|积分能抵多少|"
    "包装破了能拒收吗|可以定时送货吗|怎么查真伪|过敏了怎么办|支持分期付款吗"
).split("|")
LINES = "旗舰款 经典款 便携款 新生儿款".split()
OPENERS = "请问|你好，|我想问下|帮忙看看|急，|昨天买的|家里宝宝用的|朋友推荐的|第一次买|之前客服说".split("|")
CLOSERS = "？|呀|呢|啊谢谢|，在线等|，麻烦了||！|……|，急".split("|")


def corpus(folder):
    """Writes 5,000 entries of three questions each."""
    rows, at = [], 0
    for line in LINES:
        for product in PRODUCTS:
            for need in NEEDS:
                name = f"{line}{product}"
                rows.append({
                    "id": f"e{at:04}",
                    "question": f"{name}{need}",
                    "similar": [f"{need}，我买的是{name}", f"{product}{line}的{need}"],
                    "answer": f"关于{name}：{need}，请在订单页提交申请，客服会在 24 小时内处理。",
                    "category": product,
                })
                at += 1
    with open(Path(folder, "faq.jsonl"), "w", encoding="utf-8") as f:
        f.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return rows


def questions(rows, count, share_common):
    """Questions as customers word them; `share_common` of them are among 200 popular ones."""
    dice = random.Random(7)
    def worded():
        text = list(dice.choice(dice.choice(rows)["similar"]))
        del text[dice.randrange(len(text))]
        return dice.choice(OPENERS) + "".join(text) + dice.choice(CLOSERS) + str(dice.randrange(100))
    popular = [worded() for _ in range(200)]
    return [dice.choice(popular) if dice.random() < share_common else worded() for _ in range(count)]


def wrk_script(folder, path, texts):
    """A wrk script that posts the questions one after another."""
    bodies = Path(folder, "bodies.txt")
    bodies.write_text("\n".join(json.dumps({"question": t}, ensure_ascii=False) for t in texts), encoding="utf-8")
    script = Path(folder, "post.lua")
    script.write_text(
        f'local bodies = {{}}\nfor line in io.lines("{bodies}") do bodies[#bodies + 1] = line end\nlocal at = 0\n'
        f'request = function() at = at % #bodies + 1\n  return wrk.format("POST", "{path}", {{["content-type"] = "application/json"}}, bodies[at]) end\n'
    )
    return script


class Server:
    def __init__(self, command):
        begun = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            found = re.search(r"http://([\d.]+):(\d+)", line)
            if found:
                self.host, self.port = found.group(1), int(found.group(2))
                break
        else:
            raise SystemExit(f"{command[0]} ended before it listened")
        self.url = f"http://{self.host}:{self.port}"
        self.ready_seconds = self._wait(begun) if "serve" in command else 0.0

    def _wait(self, begun):
        while self.call("GET", "/readyz")[0] != 200:
            time.sleep(0.01)
        return time.monotonic() - begun

    def call(self, method, path):
        c = http.client.HTTPConnection(self.host, self.port, timeout=60)
        c.request(method, path)
        r = c.getresponse()
        return r.status, r.read()

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+)", status).group(1)) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def milliseconds(text):
    value, unit = re.match(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[unit]


def load(server, script, connections, seconds):
    before = server.cpu_seconds()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), server.url]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    done = int(re.search(r"(\d+) requests in", out).group(1))
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    return {
        "rps": float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)),
        "p50": milliseconds(re.search(r"50%\s+(\S+)", out).group(1)),
        "p99": milliseconds(re.search(r"99%\s+(\S+)", out).group(1)),
        "cpu_us": (server.cpu_seconds() - before) / done * 1e6,
        "errors": int(bad.group(1)) if bad else 0,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=8)
    parser.add_argument("--connections", type=int, default=32)
    args = parser.parse_args()
    if not shutil.which("wrk"):
        subprocess.run("apt-get update -qq && apt-get install -y -qq wrk", shell=True, check=True)
    subprocess.run(["cargo", "build", "--release", "--quiet", "--bin", "yingda", "--example", "echo"], cwd=ROOT, check=True)
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "release"
    with tempfile.TemporaryDirectory() as folder:
        corpus_dir = Path(folder, "corpus")
        corpus_dir.mkdir()
        rows = corpus(corpus_dir)
        echo = Server([str(target / "examples" / "echo")])
        yingda = Server([str(target / "yingda"), "serve", "--listen", "127.0.0.1:0", "--corpus", str(corpus_dir)])
        print(f"ready {yingda.ready_seconds:.2f} s, resident {yingda.rss_mib():.0f} MiB with {len(rows)} entries")
        runs = {}
        for name, server, path, texts in [
            ("echo", echo, "/echo", questions(rows, 20_000, 0.65)),
            ("daily", yingda, "/v1/answer", questions(rows, 60_000, 0.65)),
            ("distinct", yingda, "/v1/answer", questions(rows, 200_000, 0.0)),
        ]:
            script = wrk_script(folder, path, texts)
            load(server, script, args.connections, 1)
            runs[name] = load(server, script, args.connections, args.seconds)
        print(f"{'traffic':10}{'req/s':>9}{'of echo':>9}{'p50 ms':>9}{'p99 ms':>9}{'cpu us':>9}{'errors':>8}")
        for name, run in runs.items():
            print(f"{name:10}{run['rps']:9.0f}{run['rps'] / runs['echo']['rps']:9.2f}{run['p50']:9.2f}{run['p99']:9.2f}{run['cpu_us']:9.0f}{run['errors']:8}")
        status, body = yingda.call("POST", "/v1/corpus/reload")
        report = json.loads(body)
        print(f"reload {status}: {report['questions']} questions in {report['elapsed_ms']} ms; resident {yingda.rss_mib():.0f} MiB")
        yingda.stop()
        echo.stop()


if __name__ == "__main__":
    main()
