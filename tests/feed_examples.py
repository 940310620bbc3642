#!/usr/bin/python3
"""Runs the subscribers of scripts/ against a real replay: each must tell of the five aircraft in it and no other.

usage: feed_examples.py WINDHOVER SUBSCRIBE_CPP RECORDING
"""
import importlib.util
import re
import selectors
import socket
import subprocess
import sys
import time
from pathlib import Path

AIRCRAFT = {"dji-FICTION0000A01", "dji-FICTION0000B02", "rid-ZZZZ9FAKE00C03", "rid-ZZZZ9FAKE00D04",
            "rid-ZZZZ9FAKE00E05"}
SCRIPT = Path(__file__).resolve().parent.parent / "scripts/subscribe.py"
PATIENCE_S = 60


def free_ports():
    """A port that is free, with the next one."""
    for port in range(20000, 60000, 2):
        try:
            with socket.create_server(("127.0.0.1", port)), socket.create_server(("127.0.0.1", port + 1)):
                return port
        except OSError:
            continue
    sys.exit("no two free ports")


def lines_of(process):
    """Its output until it ends or PATIENCE_S have passed."""
    deadline = time.monotonic() + PATIENCE_S
    selector = selectors.DefaultSelector()
    selector.register(process.stdout, selectors.EVENT_READ)
    while selector.select(max(0, deadline - time.monotonic())):
        line = process.stdout.readline()
        if not line:
            return
        yield line
    sys.exit(f"{process.args[0]}: nothing for {PATIENCE_S} s")


def check(windhover, recording, example):
    port = free_ports()
    replay = [windhover, "replay", recording, "--speed", "realtime", "--feed", f"tcp://127.0.0.1:{port}",
              "--wait-subscriber", str(1000 * PATIENCE_S)]
    endpoints = [f"tcp://127.0.0.1:{port}", *([] if example[0].endswith("python3") else [f"tcp://127.0.0.1:{port + 1}"])]
    found = set()
    with subprocess.Popen(replay, stdout=subprocess.DEVNULL) as sensor, \
            subprocess.Popen([*example, *endpoints], stdout=subprocess.PIPE, text=True, bufsize=1) as subscriber:
        try:
            for line in lines_of(subscriber):
                found.update(re.findall(r"\b(?:dji|rid)-[A-Z0-9]+\b", line))
                if found >= AIRCRAFT:
                    break
        finally:
            subscriber.kill()
            sensor.terminate()
    if found != AIRCRAFT:
        sys.exit(f"{example[-1]}: told of {sorted(found)}")
    print(f"{example[-1]}: {len(found)} aircraft")


def main(windhover, subscribe_cpp, recording):
    check(windhover, recording, [subscribe_cpp])
    if importlib.util.find_spec("zmq") is None:
        print("SKIPPED: scripts/subscribe.py needs the Debian package python3-zmq")
        sys.exit(77)
    check(windhover, recording, ["/usr/bin/python3", str(SCRIPT)])


if __name__ == "__main__":
    main(*sys.argv[1:])
