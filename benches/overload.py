#!/usr/bin/env python3
"""Overload: many connections ask a running server without pause, far more than it admits.

usage: benches/overload.py http://127.0.0.1:8080 [--connections 2560] [--seconds 10] [--obey]

Prints how many were answered and how many shed, latencies of the answers, latencies of /livez meanwhile, and the memory
of the server before and after where `--pid` names it. With `--obey` clients wait a second after a 503, as `Retry-After`
asks. The client is one Python process and takes a core of its own; every question is worded differently. Only the
standard library is used.
"""

import argparse
import asyncio
import json
import random
import time
from urllib.parse import urlsplit

WORDS = "退款 几天 到账 运费 怎么 算 发票 优惠券 密码 奶粉 快递 换货 地址 会员 积分 保修 维修 售后 订单 取消".split()


def percentile(values, share):
    """In milliseconds."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 1) if ordered else None


def resident_mib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) // 1024 for line in status if line.startswith("VmRSS"))


async def ask(address, stop, seed, obey, seen):
    dice = random.Random(seed)
    reader, writer = await asyncio.open_connection(*address)
    while time.monotonic() < stop:
        question = "".join(dice.choice(WORDS) for _ in range(6)) + str(dice.randrange(10**6))
        body = json.dumps({"question": question}).encode()
        head = f"POST /v1/answer HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        begun = time.monotonic()
        writer.write(head.encode() + body)
        reply = (await reader.readuntil(b"\r\n\r\n")).lower()
        await reader.readexactly(int(reply.split(b"content-length:")[1].split(b"\r")[0]))
        status = int(reply[9:12])
        seen.setdefault(status, []).append(time.monotonic() - begun)
        if status == 503 and obey:
            await asyncio.sleep(1)
    writer.close()


async def probe(address, stop, seen):
    while time.monotonic() < stop:
        begun = time.monotonic()
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        await reader.read()
        seen.append(time.monotonic() - begun)
        writer.close()
        await asyncio.sleep(0.1)


async def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    arguments.add_argument("url")
    arguments.add_argument("--connections", type=int, default=2560)
    arguments.add_argument("--seconds", type=float, default=10)
    arguments.add_argument("--obey", action="store_true")
    arguments.add_argument("--pid", type=int)
    given = arguments.parse_args()
    parts = urlsplit(given.url)
    address, stop = (parts.hostname, parts.port), time.monotonic() + given.seconds
    before = resident_mib(given.pid) if given.pid else None
    seen, probes = {}, []
    asking = (ask(address, stop, seed, given.obey, seen) for seed in range(given.connections))
    await asyncio.gather(probe(address, stop, probes), *asking)
    for status, times in sorted(seen.items()):
        print(f"{status}: {len(times)}, p50 {percentile(times, 0.5)} ms, p99 {percentile(times, 0.99)} ms")
    print(f"/livez: {len(probes)}, p50 {percentile(probes, 0.5)} ms, longest {percentile(probes, 1)} ms")
    if given.pid:
        print(f"memory: {before} MiB before, {resident_mib(given.pid)} MiB after")


asyncio.run(main())
