#!/usr/bin/python3
"""Prints what a Windhover sensor tells, from the present state on: topic and JSON, a line each.

usage: subscribe.py [ENDPOINT [TOPIC]] [--snapshot ENDPOINT] [--curve-server-key FILE --curve-key FILE]

Needs python3-zmq. Topics are wh1.<kind>.<node>[.<id>] and a subscription is a prefix, so "wh1.aircraft." is every
aircraft of every node and "wh1." is everything. docs/feed.md says what the messages mean.
"""
import argparse
import json
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
    return parser.parse_args()


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
        """The next update that is not known yet, and how many of its kind were lost before it."""
        while True:
            topic, body = self.updates.recv_multipart()[:2]
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


def show(topic, message):
    print(topic.decode(), json.dumps(message), flush=True)


def main():
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    feed = Feed(arguments())  # subscribes first, so that nothing is lost between snapshot and updates
    for topic, message in feed.snapshot():
        show(topic, message)
    while True:
        topic, message, missing = feed.receive()
        if missing:  # or this subscription is to single aircraft: numbers count all of a kind
            print(f"lost {missing} messages", file=sys.stderr, flush=True)
        show(topic, message)
        for topic, message in feed.snapshot() if missing else ():
            show(topic, message)


if __name__ == "__main__":
    main()
