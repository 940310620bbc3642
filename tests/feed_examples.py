#!/usr/bin/python3
"""Runs the subscribers of scripts/ against a real replay: each must tell of the seven aircraft in it and no other.

usage: feed_examples.py WINDHOVER SUBSCRIBE_CPP RECORDING
"""
import importlib.util
import re
import selectors
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AIRCRAFT = {"dji-FICTION0000A01", "dji-FICTION0000B02", "rid-ZZZZ9FAKE00C03", "rid-ZZZZ9FAKE00D04",
            "rid-ZZZZ9FAKE00E05", "rid-ZZZZ9FAKE00F06", "rid-ZZZZ9FAKE00G07"}
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
        line = process.stdout.readline()  # unbuffered: select() sees all that is there
        if not line:
            return
        yield line.decode()
    sys.exit(f"{process.args[0]}: nothing for {PATIENCE_S} s")


def replay_to(port, windhover, recording):
    return [windhover, "replay", recording, "--speed", "realtime", "--feed", f"tcp://127.0.0.1:{port}",
            "--wait-subscriber", str(1000 * PATIENCE_S)]


def check(windhover, recording, program, options=(), keys=()):
    port = free_ports()
    replay = [*replay_to(port, windhover, recording), *keys]
    endpoints = [f"tcp://127.0.0.1:{port}"]
    if program[-1] != SCRIPT:  # which takes the next port by itself
        endpoints.append(f"tcp://127.0.0.1:{port + 1}")
    found = set()
    with subprocess.Popen(replay, stdout=subprocess.DEVNULL) as sensor, \
            subprocess.Popen([*program, *endpoints, *options], stdout=subprocess.PIPE, bufsize=0) as subscriber:
        try:
            for line in lines_of(subscriber):
                found.update(re.findall(r"\b(?:dji|rid)-[A-Z0-9]+\b", line))
                if found >= AIRCRAFT:
                    break
        finally:
            subscriber.kill()
            sensor.terminate()
    name = Path(program[-1]).name + (" with keys" if keys else "")
    if found != AIRCRAFT:
        sys.exit(f"{name}: told of {sorted(found)}")
    print(f"{name}: {len(found)} aircraft")


def check_with_keys(windhover, recording, program):
    with tempfile.TemporaryDirectory() as folder:
        for name in ("roof", "office"):
            subprocess.run([windhover, "keygen", f"{folder}/{name}"], check=True, stderr=subprocess.DEVNULL)
        check(windhover, recording, program,
              ["--curve-server-key", f"{folder}/roof.key", "--curve-key", f"{folder}/office.key_secret"],
              ["--curve-key", f"{folder}/roof.key_secret", "--allow", f"{folder}/office.key"])


def check_waterfall(windhover, recording):
    port = free_ports()
    with subprocess.Popen(replay_to(port, windhover, recording), stdout=subprocess.DEVNULL) as sensor, \
            subprocess.Popen(["/usr/bin/python3", SCRIPT, f"tcp://127.0.0.1:{port}", "--waterfall"],
                             stdout=subprocess.PIPE, bufsize=0) as subscriber:
        try:
            row = next(lines_of(subscriber), "nothing")
        finally:
            subscriber.kill()
            sensor.terminate()
    if not re.fullmatch(r"[ .:=+*#%@-]{60,} +[0-9]+\.[0-9]{3} MHz\n", row):
        sys.exit(f"no row of a waterfall: {row!r}")
    print("waterfall: a row")


def main(windhover, subscribe_cpp, recording):
    check(windhover, recording, [subscribe_cpp])
    if importlib.util.find_spec("zmq") is None:
        print("SKIPPED: scripts/subscribe.py needs the Debian package python3-zmq")
        sys.exit(77)
    check(windhover, recording, ["/usr/bin/python3", SCRIPT])
    check_waterfall(windhover, recording)
    check_with_keys(windhover, recording, ["/usr/bin/python3", SCRIPT])


if __name__ == "__main__":
    main(*sys.argv[1:])
