#!/usr/bin/env python3
"""Measures how long a changed registration entry takes to reach every open Workload API stream.

    workload_push.py --socket unix:///run/maxine/agent.sock --agent node-1 [--streams 1000] [--rounds 10]

Each round makes an entry that gives this process one identity more, or deletes it again, through the gateway's API
(MAXINE_ADDR and ./certs as for the `maxine` command), and takes the time from before that request to the message on
each stream. Needs grpcio and grpcio-tools; the streams are spread over --connections connections.
"""
import argparse
import asyncio
import http.client
import json
import os
import ssl
import sys
import time
import urllib.parse

import grpc

sys.path.insert(0, os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "..", "Tests", "SPIFFEConformance"))
import client as workload  # noqa: E402


class Gateway:
    def __init__(self, options):
        self.url = urllib.parse.urlparse(options.addr)
        self.context = ssl.create_default_context(cafile=options.certs + "/bundle.pem")
        self.context.load_cert_chain(
            options.certs + "/operator.pem", options.certs + "/operator.key")

    def send(self, method, path, body=None):
        connection = http.client.HTTPSConnection(
            self.url.hostname, self.url.port, context=self.context)
        text = json.dumps(body) if body is not None else None
        connection.request(method, "/api/maxine" + path, body=text)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status >= 300:
            sys.exit(f"{method} {path}: {answer.status} {content.decode()}")
        return json.loads(content) if content else None


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


async def measure(options):
    messages = workload.load_messages()
    gateway = Gateway(options)
    channels = [
        grpc.aio.insecure_channel(options.socket, options=[("grpc.use_local_subchannel_pool", 1)])
        for _ in range(options.connections)]
    received = [0] * options.streams
    times = [0.0] * options.streams

    async def follow(index):
        call = channels[index % len(channels)].unary_stream(
            "/SpiffeWorkloadAPI/FetchX509SVID", request_serializer=lambda m: m.SerializeToString(),
            response_deserializer=lambda b: b)
        async for _ in call(messages.X509SVIDRequest(), metadata=workload.HEADER):
            times[index] = time.monotonic()
            received[index] += 1

    tasks = [asyncio.create_task(follow(index)) for index in range(options.streams)]
    while min(received) < 1:
        await asyncio.sleep(0.05)
        for task in tasks:
            if task.done():
                task.result()
    print(f"{options.streams} streams open on {options.connections} connections")
    latencies, entry = [], None
    for number in range(options.rounds):
        before = list(received)
        start = time.monotonic()
        if entry is None:
            made = await asyncio.to_thread(gateway.send, "POST", "/identity/entries", {
                "spiffeId": f"spiffe://{options.trust_domain}/bench/{os.getpid()}/{number}",
                "agent": options.agent, "selectors": [f"unix:uid:{os.getuid()}"]})
            entry = made["id"]
        else:
            await asyncio.to_thread(gateway.send, "DELETE", f"/identity/entries/{entry}")
            entry = None
        while any(now == old for now, old in zip(received, before)):
            await asyncio.sleep(0.01)
            if time.monotonic() - start > 30:
                sys.exit("a stream got nothing for 30 s")
        latencies += [moment - start for moment in times]
        await asyncio.sleep(0.3)
    if entry:
        gateway.send("DELETE", f"/identity/entries/{entry}")
    for task in tasks:
        task.cancel()
    result = {name: round(1000 * percentile(latencies, share), 1)
              for name, share in [("p50", 0.5), ("p99", 0.99), ("max", 1.0)]}
    print(f"{options.rounds} changes, {len(latencies)} messages: "
          + ", ".join(f"{name} {value} ms" for name, value in result.items()))
    return 0 if result["p99"] < options.p99_max_ms else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--socket", required=True)
    parser.add_argument("--agent", required=True)
    parser.add_argument("--addr", default=os.environ.get("MAXINE_ADDR", "https://127.0.0.1:8443"))
    parser.add_argument("--certs", default="certs")
    parser.add_argument("--trust-domain", default="maxine.local")
    parser.add_argument("--streams", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--p99-max-ms", type=float, default=1000)
    return asyncio.run(measure(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
