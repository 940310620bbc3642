#!/usr/bin/python3
"""Runs `windhover run` with evidence on a device that plays a recording, and holds each snippet to what the feed said.

  tests/evidence.py WINDHOVER SCENE PLUGIN_FOLDER

Replayed, a snippet must give each frame that its annotations hold once more: the same bytes and fields, the same
carrier, the same time within a sample. The device is tests/support/soapy_module in PLUGIN_FOLDER and plays the
first seconds of SCENE; without it this prints SKIPPED and ends with 77.
"""
import json
import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

PATIENCE_S = 120  # of a loaded machine that plans its transforms anew
# Both come from the same samples, cut into blocks at other places.
CARRIER_HZ = 1000
SCENE_S = 1.6
# Frames this near to an end of the snippet, or to a hole, may be cut.
MARGIN_S = 0.02


def messages(path, kind):
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.endswith("}")]
    return [line for line in lines if line["type"] == kind]


def evidence_of(jsonl):
    found = [status["live"]["evidence"] for status in messages(jsonl, "status") if "live" in status]
    return found[-1] if found else {"written": 0, "errors": 0}


def wait_until(done, sensor, what):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        assert sensor.poll() is None, f"the sensor has ended with {sensor.returncode}"
        if done():
            return
        time.sleep(0.2)
    raise AssertionError(f"not in time: {what}")


def microseconds(text):
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return round(moment.timestamp() * 1e6)


class Snippet:
    def __init__(self, meta):
        self.path = meta
        self.meta = json.loads(meta.read_text())
        self.rate = self.meta["global"]["core:sample_rate"]
        self.captures = self.meta["captures"]
        octets = {"ci16_le": 4, "ci8": 2}[self.meta["global"]["core:datatype"]]
        self.samples = meta.with_suffix(".sigmf-data").stat().st_size // octets

    def published(self, kind):
        notes = [note["windhover:message"] for note in self.meta["annotations"]]
        return [note for note in notes if note["type"] == kind]

    def is_whole(self, note):
        """Whether the frame lies far from holes and ends."""
        edges = [capture["core:sample_start"] for capture in self.captures] + [self.samples]
        start, end = note["core:sample_start"], note["core:sample_start"] + note["core:sample_count"]
        return all(edge < start - MARGIN_S * self.rate or edge > end + MARGIN_S * self.rate for edge in edges)

    def replay(self, windhover):
        lines = subprocess.run([windhover, "replay", self.path, "--jsonl", "-"], check=True, capture_output=True,
                               text=True).stdout.splitlines()
        return [frame for frame in map(json.loads, lines) if frame["type"] == "frame"]

    def check(self, windhover, kept_up):
        """How many frames of each transport were found again. Where the live pipeline lost samples it may have
        misjudged a frame beside the loss; the snippet has not lost them."""
        replayed, again, missing = self.replay(windhover), {}, 0
        for note in self.meta["annotations"]:
            frame = note["windhover:message"]
            if frame["type"] != "frame" or not self.is_whole(note):
                continue
            same = [other for other in replayed if self.same(frame, other)]
            assert same or not kept_up, f"{self.path.name} does not give again {json.dumps(frame)}"
            if not same:
                missing += 1
                continue
            transport = frame["transport"].split("_")[0]
            again[transport] = again.get(transport, 0) + 1
        assert 5 * missing <= sum(again.values()), f"{self.path.name} gives {again} again, and {missing} not"
        return again

    def same(self, frame, other):
        content = ("protocol", "transport", "payload_hex", "fields", "messages", "transmitter")
        if any(frame.get(key) != other.get(key) for key in content):
            return False
        rf, rf_other = frame["rf"], other["rf"]
        carrier = rf["center_hz"] + rf["cfo_hz"] - rf_other["center_hz"] - rf_other["cfo_hz"]
        sample_us = 1e6 / self.rate
        apart_us = abs(microseconds(frame["time"]) - microseconds(other["time"]))
        return abs(carrier) <= CARRIER_HZ and apart_us <= sample_us + 1  # times have whole microseconds


def render(windhover, scene, folder):
    """The scene with its pauses."""
    scene = json.loads(Path(scene).read_text())
    scene.pop("gated", None)
    scene["duration_s"] = SCENE_S
    scene["emitters"] = [emitter for emitter in scene["emitters"] if emitter.get("start_s", 0) < SCENE_S]
    for emitter in scene["emitters"]:
        emitter.pop("count", None) if emitter["type"] == "dji_droneid" else None
    (folder / "sky.json").write_text(json.dumps(scene))
    subprocess.run([windhover, "synth", folder / "sky.json", folder / "sky"], check=True)
    return folder / "sky.sigmf-meta"


def run(windhover, recording, plugins, folder):
    meta = json.loads(recording.read_text())
    rate, centre = meta["global"]["core:sample_rate"], meta["captures"][0]["core:frequency"]
    config, jsonl, evidence = folder / "w.toml", folder / "feed.jsonl", folder / "evidence"
    config.write_text(f"""
[device]
args = "driver=windhover_air,recording={recording},format=CS8,time=utc"
rate_hz = {rate}
freq_hz = {centre}
[feed]
endpoint = "ipc://{folder}/feed"
jsonl = "feed.jsonl"
[privacy.operator_position]
jsonl = "withheld"
[evidence]
folder = "evidence"
longest_s = 1
quota_mb = 400
least_free_mb = 1
""")
    environment = {**os.environ, "SOAPY_SDR_PLUGIN_PATH": plugins}
    sensor = subprocess.Popen([windhover, "run", "-c", str(config)], env=environment, stderr=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: jsonl.exists() and evidence_of(jsonl)["written"] >= 1, sensor, "a snippet of a new aircraft")
        before = evidence_of(jsonl)["written"]
        sensor.send_signal(signal.SIGUSR1)
        wait_until(lambda: list(evidence.glob("*_command.sigmf-meta")), sensor, "a snippet on SIGUSR1")
        wait_until(lambda: evidence_of(jsonl)["written"] > before, sensor, "a status that tells of it")
        sensor.send_signal(signal.SIGUSR1)  # its snippet is open when the sensor ends
        time.sleep(1.2)
        sensor.send_signal(signal.SIGTERM)
        log = sensor.communicate(timeout=PATIENCE_S)[1]
    finally:
        if sensor.poll() is None:
            sensor.kill()
    assert sensor.returncode == 0, (sensor.returncode, log)
    assert "evidence keeps samples" in log, log
    return jsonl, evidence


def main(windhover, scene, plugins):
    if not list(Path(plugins).glob("*windhover_air*.so")):
        print(f"SKIPPED: no windhover_air module in {plugins}, so evidence is not tested")
        return 77
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        jsonl, evidence = run(windhover, render(windhover, scene, folder), plugins, folder)
        told, last = evidence_of(jsonl), messages(jsonl, "status")[-1]
        kept_up = last["gaps"] == 0 and not any(last["drops"].values())
        print("kept up" if kept_up else f"losses of the live pipeline: {last['gaps']} gaps, {last['drops']}")
        assert told["errors"] == 0 and (evidence / told["last"]).exists(), told
        files = sorted(evidence.iterdir())
        assert all(stat.S_IMODE(file.stat().st_mode) & 0o137 == 0 for file in files)
        assert not [file for file in files if file.name.endswith(".part")], files
        snippets = [Snippet(file) for file in files if file.suffix == ".sigmf-meta"]
        assert len(files) == 2 * len(snippets), files

        again = {}
        for snippet in snippets:
            for transport, count in snippet.check(windhover, kept_up).items():
                again[transport] = again.get(transport, 0) + count
        print("frames found again:", again)
        assert {"ocusync", "bluetooth", "wifi"} <= set(again), again

        heard = {frame["aircraft"] for snippet in snippets for frame in snippet.published("frame") if "aircraft" in frame}
        assert heard, "no aircraft in any annotation"
        assert any("_new_aircraft-" in snippet.path.name for snippet in snippets), files
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
