#!/usr/bin/python3
"""Prints the aircraft that a Windhover sensor hears.

usage: subscribe.py [ENDPOINT [TOPIC]]     needs python3-zmq

Topics are wh1.<kind>.<node>[.<id>] and a subscription is a prefix, so "wh1.aircraft." is every aircraft of
every node and "wh1." is everything.
"""
import json
import signal
import sys

import zmq

endpoint = sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:7301"
topic = sys.argv[2] if len(sys.argv) > 2 else "wh1.aircraft."

signal.signal(signal.SIGINT, signal.SIG_DFL)
socket = zmq.Context().socket(zmq.SUB)
socket.connect(endpoint)
socket.setsockopt_string(zmq.SUBSCRIBE, topic)

last_seq = {}
while True:
    topic_bytes, body = socket.recv_multipart()
    message = json.loads(body)
    # seq counts each kind since the sensor started: a hole is what this subscriber was too slow to read, or
    # did not subscribe to, if the topic names one aircraft.
    counter = (message["sensor"], message["boot"], message["type"])
    missing = message["seq"] - last_seq.get(counter, message["seq"] - 1) - 1
    if missing > 0:
        print(f"lost {missing} messages", file=sys.stderr, flush=True)
    last_seq[counter] = message["seq"]
    print(topic_bytes.decode(), json.dumps(message), flush=True)
