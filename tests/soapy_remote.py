#!/usr/bin/python3
"""Runs `windhover run` with a device on another machine, as SoapyRemote brings it: a server of it on loopback.

  tests/soapy_remote.py WINDHOVER PLUGIN_FOLDER

The server has tests/support/soapy_module, a SoapySDR module in PLUGIN_FOLDER that plays a recording as if on air; the sensor knows it only through the network. The server ends when it cannot announce itself, so without the machine's
own Avahi it gets one that knows the loopback interface only. Prints SKIPPED and ends with 77 without Debian's
soapyremote-server, soapysdr-module-remote, and avahi-daemon or root.
"""
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PATIENCE_S = 90
AIRCRAFT = "ZZZZ9FAKE00C03"
# Small, since the server answers nobody while a device reads its recording.
SCENE = {
    "description": "One Remote ID aircraft on Bluetooth LE", "sample_rate": 4000000, "center_frequency": 2427000000,
    "duration_s": 1.0, "datatype": "ci16_le", "noise_dbfs": -40, "seed": 7,
    "emitters": [{"type": "ble_remote_id", "transport": "legacy", "address": "C6:00:00:F1:C7:03", "start_s": 0.02,
                  "interval_s": 0.1, "snr_db": 22,
                  "aircraft": {"id": AIRCRAFT, "start": {"lat_deg": 54.503, "lon_deg": 6.495}}}]}


BUS = """<busconfig><type>system</type><listen>unix:path={folder}/bus</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*"/><allow receive_sender="*"/><allow own="*"/></policy></busconfig>"""
AVAHI = """[server]
allow-interfaces=lo
use-ipv6=no
"""


def announcer(folder, running):
    """Starts an Avahi of our own, and returns what the environment says of it."""
    if Path("/run/avahi-daemon/pid").exists():
        return {}
    (folder / "bus.conf").write_text(BUS.format(folder=folder))
    (folder / "avahi.conf").write_text(AVAHI)
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder}/bus"}
    said = folder / "avahi"
    bus = subprocess.Popen(["dbus-daemon", f"--config-file={folder}/bus.conf", "--nofork"], stderr=subprocess.DEVNULL)
    running.append(bus)
    wait_until((folder / "bus").exists)
    avahi = subprocess.Popen(["avahi-daemon", "-f", f"{folder}/avahi.conf", "--no-drop-root", "--no-chroot", "--no-rlimits"],
                             env={**os.environ, **environment}, stdout=said.open("w"), stderr=subprocess.STDOUT)
    running.insert(0, avahi)
    wait_until(lambda: "startup complete" in said.read_text())
    return environment


def wait_until(done):
    deadline = time.monotonic() + PATIENCE_S
    while not done():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as one:
        return one.getsockname()[1]


def frames_in(jsonl):
    lines = [json.loads(line) for line in jsonl.read_text().splitlines() if line.endswith("}")] if jsonl.exists() else []
    return [line for line in lines if line["type"] == "frame"]


def is_installed():
    has_avahi = Path("/run/avahi-daemon/pid").exists() or (
        os.geteuid() == 0 and shutil.which("avahi-daemon") and shutil.which("dbus-daemon"))
    return has_avahi and shutil.which("SoapySDRServer") and list(Path("/usr/lib").glob("*/SoapySDR/modules*/*remote*.so"))


def main(windhover, plugins):
    if not list(Path(plugins).glob("*windhover_air*.so")) or not is_installed():
        print("SKIPPED: soapyremote-server or soapysdr-module-remote is not installed; no device over the network is tested")
        return 77
    port = free_port()
    device = f"driver=remote,remote=tcp://127.0.0.1:{port},remote:driver=windhover_air"
    with tempfile.TemporaryDirectory() as name:
        jsonl, scene = Path(name) / "feed.jsonl", Path(name) / "scene.json"
        scene.write_text(json.dumps(SCENE))
        subprocess.run([windhover, "synth", str(scene), f"{name}/air"], check=True)
        running = []
        try:
            environment = announcer(Path(name), running)
            said = Path(name) / "server"
            running.insert(0, subprocess.Popen(
                ["SoapySDRServer", f"--bind=tcp://127.0.0.1:{port}"], stdout=said.open("w"), stderr=subprocess.STDOUT,
                env={**os.environ, **environment, "SOAPY_SDR_PLUGIN_PATH": plugins, "WINDHOVER_AIR": f"{name}/air.sigmf-meta"}))
            wait_until(lambda: "Press Ctrl+C" in said.read_text())  # it answers nobody before it is announced
            with open(Path(name) / "log", "w+", encoding="utf-8") as log:
                sensor = subprocess.Popen(
                    [windhover, "run", "--device", device, "--rate", "4e6", "--freq", "2427e6", "--gain", "30",
                     "--feed", f"ipc://{name}/feed", "--jsonl", str(jsonl)], stderr=log)
                running.insert(0, sensor)
                deadline = time.monotonic() + PATIENCE_S
                frames = []
                while time.monotonic() < deadline and len(frames) < 20 and sensor.poll() is None:
                    time.sleep(0.5)
                    frames = frames_in(jsonl)
                log.seek(0)
                assert len(frames) >= 20, f"{len(frames)} frames; {log.read()}"
                assert any(AIRCRAFT in json.dumps(frame) for frame in frames), frames[0]
            sensor.terminate()
            assert sensor.wait(PATIENCE_S) == 0
        finally:
            for each in running:
                each.terminate()
                each.wait()
    print("heard over the network, stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
