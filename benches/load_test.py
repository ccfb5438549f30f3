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
    "怎么退货|能不能换大一号|什么时候发货|运费谁来出|有没有满减券|抬头写错了怎么重开|保修期从哪天算|第一次用要煮多久|几个月的宝宝适合|"
    "和线下专柜是同一批吗|可以到付吗|断码了还补不补|拍重复了想取消一单|箱子里少了配件|打开有股塑料味|说明书弄丢了去哪看|滤芯去哪儿买|"
    "村里快递能送上门吗|刚买就降价给补差吗|积分换得了吗|外箱压扁了要不要签收|想约周末上午送|怎么看生产批号|用了起红点怎么处理|"
    "花呗分六期有手续费吗|开机没反应|充不进电|噪音比以前大|漏水是坏了吗|夜里灯光太亮能关吗|可以机洗吗|晒过会变硬吗|多久换一次新的|"
    "孕妇能碰吗|带上飞机行不行|出口日本能用吗|送人能包礼盒吗|收据丢了影响售后吗|公司采购走对公|拼团没成钱退哪|秒杀没抢到还有吗|"
    "赠品忘了寄|预售尾款哪天付|双十一后还保价吗|怎么绑定到家里的无线网|手机连不上它|固件怎么升级|误删了记录能找回吗|显示错误代码三|"
    "味道闻着发酸|底部有黑点|颜色和图片差很多|标签拆了还收吗|洗了缩水|起球严重|拉链卡住了|扣子掉了一颗|轮子转不动|刹车踩不下去|"
    "折叠时夹手|安装缺一颗螺丝|适合什么车型|要不要买延长带|新生儿能平躺吗|能用到几岁|最多承重多少|材质含不含荧光剂|有没有检测报告|"
    "开封后放冰箱多久|冲泡要几度的水|一勺兑多少毫升|喝了便秘换哪款|转奶要几天|过了保质期一周还能吃吗|罐底有结块|打开没有密封膜|"
    "扫码提示查过了|原产地是哪里|和国外版配方一样吗|能开增值税专票吗|发票一直没收到邮件|地址填成老家了|收件人电话改一下|快递显示签收没拿到|"
    "三天没更新物流|分了两个包裹另一个呢|能不能先发有货的|退款到原来的卡吗|退回去几天验收|运费险赔了多少|换货要先寄回吗|仓库地址发我|"
    "客服电话打不通|怎么升级金卡|生日礼什么时候给|忘了登录密码|换了手机号收不到码|怎么注销账号|会员费能退吗|推荐朋友有奖励吗|"
    "下架了还能修吗|维修大概多少钱|寄修期间有备用机吗|遥控器单独卖吗"
).split("|")
OPENERS = "请问|你好，|我想问下|帮忙看看|急，|昨天买的|家里宝宝用的|朋友推荐的|第一次买|之前客服说".split("|")
CLOSERS = "？|呀|呢|啊谢谢|，在线等|，麻烦了||！|……|，急".split("|")


def corpus(folder):
    """Writes 5,000 entries of three questions each."""
    rows, at = [], 0
    for product in PRODUCTS:
        for need in NEEDS[:100]:
            rows.append({
                "id": f"e{at:04}",
                "question": f"{product}{need}",
                "similar": [f"{need}，我买的是{product}", f"你们家{product}{need}啊"],
                "answer": f"关于{product}：{need}，请在订单页提交申请，客服会在 24 小时内处理。",
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
        "p50": milliseconds(re.search(r"\n\s+50%\s+(\S+)", out).group(1)),
        "p99": milliseconds(re.search(r"\n\s+99%\s+(\S+)", out).group(1)),
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
        yingda = Server([str(target / "yingda"), "serve", "--listen", "127.0.0.1:0", "--data", "none", "--corpus", str(corpus_dir)])
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
