#!/usr/bin/python3
"""Runs `windhover record` on a device that plays a recording: to its end, stopped, killed, on a full disk.

  tests/record.py WINDHOVER RECORDING PLUGIN_FOLDER

The device is tests/support/soapy_module in PLUGIN_FOLDER; without it this prints SKIPPED and ends with 77.
"""
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE_S = 60


class Recorder:
    def __init__(self, windhover, recording, plugins, folder):
        self.windhover, self.folder = windhover, folder
        self.environment = {**os.environ, "SOAPY_SDR_PLUGIN_PATH": plugins}
        self.device = f"driver=windhover_air,recording={recording},control={folder}/faults,format=CS8"
        self.meta = json.loads(Path(recording).read_text())

    def start(self, name, *more, **popen):
        rate, centre = self.meta["global"]["core:sample_rate"], self.meta["captures"][0]["core:frequency"]
        command = [self.windhover, "record", self.folder / name, "--device", self.device, "--rate", str(rate), "--freq",
                   str(centre), *more]
        return subprocess.Popen(command, env=self.environment, stderr=subprocess.PIPE, text=True, **popen)

    def record(self, name, *more, **popen):
        process = self.start(name, *more, **popen)
        log = process.communicate(timeout=PATIENCE_S)[1]
        return process.returncode, log

    def size(self, name):
        path = self.folder / f"{name}.sigmf-data"
        return path.stat().st_size if path.exists() else 0

    def wait_for_samples(self, name):
        deadline = time.monotonic() + PATIENCE_S
        while self.size(name) < 4_000_000:
            assert time.monotonic() < deadline, f"{name} does not grow"
            time.sleep(0.05)

    def captures(self, name):
        return json.loads((self.folder / f"{name}.sigmf-meta").read_text())["captures"]

    def replay(self, name):
        """The frames in it; it must be readable."""
        done = subprocess.run([self.windhover, "replay", self.folder / f"{name}.sigmf-meta", "--jsonl", "-", "--no-links"],
                              capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return [line for line in map(json.loads, done.stdout.splitlines()) if line["type"] == "frame"]

    def order(self, faults):
        (self.folder / "faults.new").write_text(faults)
        (self.folder / "faults.new").rename(self.folder / "faults")


def check(recorder):
    code, log = recorder.record("whole", "--duration", "1", "--description", "a test")
    assert code == 0 and "recorded 1.0 s" in log, (code, log)
    assert recorder.size("whole") <= 2 * 20_000_000, recorder.size("whole")
    if len(recorder.captures("whole")) == 1:  # the machine kept up
        assert recorder.size("whole") == 2 * 20_000_000, recorder.size("whole")
    assert {frame["protocol"] for frame in recorder.replay("whole")} >= {"odid", "dji_droneid"}
    assert not list(recorder.folder.glob("*.part"))

    before = recorder.size("whole")
    code, log = recorder.record("whole", "--duration", "1")
    assert code == 2 and "is there already" in log and recorder.size("whole") == before, (code, log)
    code, log = recorder.record("no/such/folder", "--duration", "1")
    assert code == 2 and len(log.splitlines()[-1].split(". ")) == 1, (code, log)

    for name, end in (("interrupted", signal.SIGINT), ("terminated", signal.SIGTERM)):
        process = recorder.start(name)
        recorder.wait_for_samples(name)
        process.send_signal(end)
        log = process.communicate(timeout=PATIENCE_S)[1]
        assert process.returncode == 0 and "recorded" in log, (process.returncode, log)
        assert recorder.replay(name)

    process = recorder.start("killed")
    recorder.wait_for_samples("killed")
    process.kill()
    process.communicate()
    assert recorder.replay("killed")

    most = 10_000_000
    code, log = recorder.record(
        "full", "--duration", "20", restore_signals=False,  # with SIGXFSZ ignored a write beyond the limit fails
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))
    assert code == 1 and "ended early" in log, (code, log)
    assert most - 200_000 < recorder.size("full") <= most
    assert recorder.replay("full")

    recorder.order("overflow 1\n")
    code, log = recorder.record("holes", "--duration", "2")
    recorder.order("")
    assert code == 0 and " 0 gaps" not in log, (code, log)
    captures = recorder.captures("holes")
    assert len(captures) > 1
    starts = [capture["core:sample_start"] for capture in captures]
    assert starts == sorted(set(starts)) and starts[0] == 0, starts
    assert recorder.replay("holes")

    recorder.order("timeout 1\n")
    code, log = recorder.record("silent", "--duration", "0.5")
    assert code == 1 and "no samples" in log, (code, log)
    assert not recorder.size("silent") and not (recorder.folder / "silent.sigmf-meta").exists()


def main(windhover, recording, plugins):
    if not list(Path(plugins).glob("*windhover_air*.so")):
        print(f"SKIPPED: no windhover_air module in {plugins}, so `windhover record` is not tested")
        return 77
    with tempfile.TemporaryDirectory() as name:
        check(Recorder(windhover, recording, plugins, Path(name)))
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
