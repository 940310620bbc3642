#!/usr/bin/python3
"""Runs `windhover run` with two devices out of one config file: messages, evidence, and what the service manager is told.

  tests/live_devices.py WINDHOVER RECORDING PLUGIN_FOLDER

Both devices are tests/support/soapy_module in PLUGIN_FOLDER and play RECORDING (a .sigmf-meta); without it this prints
SKIPPED and ends with 77.
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from live_service import PATIENCE_S, Manager

NAMES = ("mast", "hut")


class Lines:
    """A file of JSON lines that grows."""

    def __init__(self, path):
        self.path = path

    def wait_for(self, done, what):
        """Until `done` holds of all messages so far."""
        deadline = time.monotonic() + 2 * PATIENCE_S
        while time.monotonic() < deadline:
            text = self.path.read_text() if self.path.exists() else ""
            messages = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
            if done(messages):
                return
            time.sleep(0.3)
        raise AssertionError(f"not told in time: {what}")


def of_kind(messages, kind):
    return [message for message in messages if message["type"] == kind]


def config_of(folder, recording, drivers):
    meta = json.loads(Path(recording).read_text())
    rate, centre = meta["global"]["core:sample_rate"], meta["captures"][0]["core:frequency"]
    text = "".join(f"""
[[device]]
name = "{name}"
args = "driver={driver},serial={name},recording={recording},control={folder}/{name}.faults"
rate_hz = {rate}
freq_hz = {centre}
""" for name, driver in zip(NAMES, drivers))
    return text + f"""
[feed]
endpoint = "ipc://{folder}/feed"
jsonl = "feed.jsonl"
[evidence]
folder = "evidence"
least_free_mb = 0
"""


def snippets(folder, name, reason):
    return list((folder / "evidence" / name).glob(f"*{reason}*.sigmf-meta"))


def check_feed(lines):
    lines.wait_for(lambda m: {f.get("device") for f in of_kind(m, "frame")} == set(NAMES), "frames of both devices")
    lines.wait_for(lambda m: {c.get("device") for c in of_kind(m, "coverage")} == set(NAMES), "coverage of both")
    lines.wait_for(lambda m: any([d["device"] for d in s["devices"]] == list(NAMES) and all(
        d["samples"] > 0 and d["live"]["evidence"] for d in s["devices"]) for s in of_kind(m, "status")),
                   "a status with both")


def check_evidence(folder, lines, sensor):
    for name in NAMES:
        lines.wait_for(lambda _, name=name: snippets(folder, name, "new_aircraft"), f"a new aircraft's samples of {name}")
    sensor.send_signal(signal.SIGUSR1)
    for name in NAMES:
        lines.wait_for(lambda _, name=name: len(list((folder / "evidence" / name).glob("*.sigmf-meta"))) >= 2,
                       f"what was asked for of {name}")


def check_vanishing(folder, manager, lines):
    """One that is gone is told of; the watchdog goes on, and so do the other's frames."""
    (folder / "hut.faults").write_text("gone 1\n")
    manager.wait_for(lambda m: m.get("STATUS", "").startswith("NO SAMPLES from hut; "))
    for _ in range(3):
        manager.wait_for(lambda m: "WATCHDOG" in m)
    lines.wait_for(lambda m: any(a["device"] == "hut" and a["id"].endswith("-hut") for a in of_kind(m, "alert")
                                 if a["category"] == "sensor_trouble" and a["state"] != "cleared"), "its alert")
    count = []
    lines.wait_for(lambda m: count.append(sum(f["device"] == "mast" for f in of_kind(m, "frame"))) or count[-1] > count[0],
                   "frames of the other one")


def main(windhover, recording, plugins):
    if not list(Path(plugins).glob("*windhover_air*.so")):
        print(f"SKIPPED: no windhover_air module in {plugins}, so several devices are not tested")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        config = folder / "w.toml"
        environment = {**os.environ, "SOAPY_SDR_PLUGIN_PATH": plugins}

        config.write_text(config_of(folder, recording, ("windhover_air", "nonesuch")))
        refused = subprocess.run([windhover, "run", "-c", str(config)], env=environment, capture_output=True, text=True,
                                 check=False)
        assert refused.returncode == 2 and "device 'hut': " in refused.stderr, refused

        config.write_text(config_of(folder, recording, ("windhover_air", "windhover_air")))
        manager = Manager(folder)
        environment["NOTIFY_SOCKET"] = manager.path
        sensor = subprocess.Popen([windhover, "run", "-c", str(config)], env=environment, stderr=subprocess.PIPE, text=True)
        try:
            ready = manager.wait_for(lambda m: "READY" in m)
            assert "; mast: " in ready["STATUS"] and "; hut: " in ready["STATUS"], ready
            manager.wait_for(lambda m: "WATCHDOG" in m)
            lines = Lines(folder / "feed.jsonl")
            check_feed(lines)
            check_evidence(folder, lines, sensor)
            check_vanishing(folder, manager, lines)
            sensor.terminate()
            assert sensor.wait(PATIENCE_S) == 0
        finally:
            sensor.kill()
            said = sensor.stderr.read()
            sensor.wait()
        assert all(f"{device}: listening with" in said for device in NAMES), said
        validate = Path(__file__).parent.parent / "scripts" / "validate_feed.py"
        valid = subprocess.run([validate, folder / "feed.jsonl"], capture_output=True, text=True, check=False)
        assert valid.returncode in (0, 77), valid
    print("two devices: told apart, kept apart, and one goes on without the other")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
