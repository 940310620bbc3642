#!/usr/bin/python3
"""Prints what a Windhover sensor tells, from the present state on: topic and JSON, a line each.

usage: subscribe.py [ENDPOINT [TOPIC]] [--snapshot ENDPOINT] [--curve-server-key FILE --curve-key FILE] [--waterfall]

Needs python3-zmq. Topics are wh1.<kind>.<node>[.<id>] and a subscription is a prefix, so "wh1.aircraft." is every
aircraft of every node and "wh1." is everything. With --waterfall the rows of "wh1.spectrum." are drawn, the highest levels of the band
from left to right. docs/feed.md says what the messages mean.
"""
import argparse
import json
import shutil
import signal
import sys

import zmq
import zmq.auth


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("endpoint", nargs="?", default="tcp://127.0.0.1:7301")
    parser.add_argument("topic", nargs="?", default="wh1.aircraft.")
    parser.add_argument("--snapshot", help="its second socket; else the next port")
    parser.add_argument("--curve-server-key", help="public key file of the sensor")
    parser.add_argument("--curve-key", help="own secret key file")
    parser.add_argument("--waterfall", action="store_true", help="draw rows of spectra")
    options = parser.parse_args()
    if options.waterfall:
        options.topic = "wh1.spectrum."
    return options


class Feed:
    def __init__(self, options):
        host, port = options.endpoint.rsplit(":", 1)
        self.options = options
        self.snapshot_endpoint = options.snapshot or f"{host}:{int(port) + 1}"
        self.context = zmq.Context()
        self.updates = self.connect(zmq.SUB, options.endpoint)
        self.updates.setsockopt_string(zmq.SUBSCRIBE, options.topic)
        self.highest = {}  # number by sensor, boot and type
        self.last = {}  # boot and number by topic

    def connect(self, kind, endpoint):
        socket = self.context.socket(kind)
        socket.linger = 0
        if self.options.curve_server_key:
            socket.curve_publickey, socket.curve_secretkey = zmq.auth.load_certificate(self.options.curve_key)
            socket.curve_serverkey, _ = zmq.auth.load_certificate(self.options.curve_server_key)
        socket.connect(endpoint)
        return socket

    def snapshot(self):
        """Topics and bodies of the present state; nothing if the sensor does not answer."""
        asking = self.connect(zmq.DEALER, self.snapshot_endpoint)
        asking.send_multipart([b"WH1.SNAPSHOT", self.options.topic.encode()])
        state = []
        while asking.poll(2000):
            topic, body = asking.recv_multipart()
            if topic != b"WH1.END":
                state.append((topic, json.loads(body)))
                continue
            end = json.loads(body)
            for kind, number in end["seq"].items():
                counter = (end["sensor"], end["boot"], kind)
                self.highest[counter] = max(number, self.highest.get(counter, 0))
            for topic, message in state:
                self.last[topic] = (message["boot"], message["seq"])
            return state
        return []

    def receive(self):
        """The next update that is not known yet, and how many of its kind were lost before it; self.more has its
        further frames."""
        while True:
            topic, body, *self.more = self.updates.recv_multipart()
            message = json.loads(body)
            counter = (message["sensor"], message["boot"], message["type"])
            missing = message["seq"] - self.highest.get(counter, message["seq"] - 1) - 1
            self.highest[counter] = max(message["seq"], self.highest.get(counter, 0))
            boot, number = self.last.get(topic, (None, 0))
            if boot == message["boot"] and message["seq"] <= number:
                continue  # in the snapshot already, or sent again for somebody else who has just subscribed
            self.last[topic] = (message["boot"], message["seq"])
            if message.get("state") == "gone":
                del self.last[topic]
            return topic, message, max(missing, 0)


SHADES = " .:-=+*#%@"  # 6 dB each


def row_of(message, octets, width):
    """One line of text: the highest levels, above those of the band's quietest quarter."""
    peaks = octets[message["columns"]:]
    width = min(width, len(peaks))
    parts = [max(peaks[i * len(peaks) // width:(i + 1) * len(peaks) // width]) for i in range(width)]
    quiet = sorted(parts)[len(parts) // 4]
    steps = [int((part - quiet) * message["level_step_db"] // 6) for part in parts]
    return "".join(SHADES[min(max(step, 0), len(SHADES) - 1)] for step in steps)


def draw(message, octets):
    end = f'{message["center_hz"] / 1e6:9.3f} MHz'
    print(row_of(message, octets, shutil.get_terminal_size().columns - len(end) - 1), end, flush=True)


def show(topic, message):
    print(topic.decode(), json.dumps(message), flush=True)


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    options = arguments()
    feed = Feed(options)  # subscribes first, so that nothing is lost between snapshot and updates
    for topic, message in feed.snapshot():
        show(topic, message)
    while True:
        topic, message, missing = feed.receive()
        if missing:  # or this subscription is to single aircraft: numbers count all of a kind
            print(f"lost {missing} messages", file=sys.stderr, flush=True)
        if options.waterfall and feed.more:
            draw(message, feed.more[0])
            continue
        show(topic, message)
        for topic, message in feed.snapshot() if missing else ():
            show(topic, message)


if __name__ == "__main__":
    main()
