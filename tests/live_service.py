#!/usr/bin/python3
"""Runs `windhover run` as a service manager would: a config file, a notify socket, SIGHUP, SIGTERM, a gpsd of our own.

  tests/live_service.py WINDHOVER RECORDING PLUGIN_FOLDER

The device is tests/support/soapy_module, a SoapySDR module in PLUGIN_FOLDER that plays RECORDING (a .sigmf-meta) as if on
air. Without it this prints SKIPPED and ends with 77.
"""
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PATIENCE_S = 60  # of a loaded machine that plans its transforms anew
WATCH = b'?WATCH={"enable":true,"json":true};\n'
TPV = b'{"class":"TPV","mode":3,"lat":52.25,"lon":4.5,"altHAE":58.5,"eph":7.5,"epv":12.0}\r\n'


class Manager:
    """The other end of NOTIFY_SOCKET."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.told = []

    def wait_for(self, wanted):
        """The first message from here on that `wanted` holds of."""
        deadline = time.monotonic() + PATIENCE_S
        while (left := deadline - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                message = dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))
            except TimeoutError:
                break
            self.told.append(message)
            if wanted(message):
                return message
        raise AssertionError(f"not told in time; told so far: {self.told}")


def play_gpsd(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            assert connection.recv(len(WATCH), socket.MSG_WAITALL) == WATCH
            try:
                while True:
                    connection.sendall(TPV)
                    time.sleep(0.2)
            except OSError:
                pass


def wait_for_status(jsonl, wanted):
    """The last status, once `wanted` holds of it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        lines = [json.loads(line) for line in jsonl.read_text().splitlines() if line.endswith("}")]
        status = [line for line in lines if line["type"] == "status"][-1]
        if wanted(status):
            return status
        assert time.monotonic() < deadline, f"not told in time; last status: {status}"
        time.sleep(0.2)


def main(windhover, recording, plugins):
    if not list(Path(plugins).glob("*windhover_air*.so")):
        print(f"SKIPPED: no windhover_air module in {plugins}, so `windhover run` is not tested as a service")
        return 77
    meta = json.loads(Path(recording).read_text())
    rate, centre = meta["global"]["core:sample_rate"], meta["captures"][0]["core:frequency"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        gpsd = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=play_gpsd, args=(gpsd,), daemon=True).start()
        manager = Manager(folder)
        config, jsonl, log = folder / "w.toml", folder / "feed.jsonl", folder / "log"

        def configure(position, node="roof"):
            config.write_text(f"""
[device]
args = "driver=windhover_air,recording={recording}"
rate_hz = {rate}
freq_hz = {centre}
[position]
{position}
[feed]
node = "{node}"
endpoint = "ipc://{folder}/feed"
jsonl = "feed.jsonl"
""")

        configure(f'gpsd = "127.0.0.1:{gpsd.getsockname()[1]}"')
        environment = {**os.environ, "SOAPY_SDR_PLUGIN_PATH": plugins, "NOTIFY_SOCKET": manager.path}
        with open(log, "w", encoding="utf-8") as log_file:
            log_file.flush()
            facts = os.fstat(log_file.fileno())
            environment["JOURNAL_STREAM"] = f"{facts.st_dev}:{facts.st_ino}"
            sensor = subprocess.Popen([windhover, "run", "-c", str(config)], env=environment, stderr=log_file)
        try:
            ready = manager.wait_for(lambda m: "READY" in m)
            assert " MS/s at " in ready["STATUS"] and "aircraft" in ready["STATUS"], ready
            manager.wait_for(lambda m: "WATCHDOG" in m)
            manager.wait_for(lambda m: m.get("STATUS", "").startswith(tuple("123456789")))  # aircraft
            manager.wait_for(lambda m: "WATCHDOG" in m)
            position = wait_for_status(jsonl, lambda s: "position" in s)["position"]
            assert position["lat_deg"] == 52.25 and position["uncertainty_m"] == 7.5 and position["age_s"] < 10, position

            configure("fixed = [48.0, 2.0]", node="cellar")
            sensor.send_signal(signal.SIGHUP)
            manager.wait_for(lambda m: "RELOADING" in m)
            manager.wait_for(lambda m: "READY" in m)
            for _ in range(2):
                manager.wait_for(lambda m: "WATCHDOG" in m)
            status = wait_for_status(jsonl, lambda s: s["position"] == {"lat_deg": 48.0, "lon_deg": 2.0})
            assert status["sensor"] == "roof", "a name needs a restart"

            config.write_text("[devise]\n")
            sensor.send_signal(signal.SIGHUP)
            manager.wait_for(lambda m: "RELOADING" in m)
            manager.wait_for(lambda m: "READY" in m)

            sensor.terminate()
            manager.wait_for(lambda m: "STOPPING" in m)
            assert sensor.wait(PATIENCE_S) == 0
        finally:
            sensor.kill()
            sensor.wait()
            gpsd.close()
        said = log.read_text()
        ours = [line for line in said.splitlines() if "listening with" in line or "reloaded" in line]
        assert len(ours) == 3 and all(line.startswith("<") for line in ours), said
        assert "restart for what else has changed: feed.node" in said, said
        assert "<3>not reloaded" in said and "did you mean 'device'" in said, said
    print("ready, watched, reloaded, stopped")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
