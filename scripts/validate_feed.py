#!/usr/bin/python3
"""Checks feed messages against the JSON Schemas in docs/feed. Needs python3-jsonschema.

usage: validate_feed.py FILE...                     JSON lines, - for standard input
       validate_feed.py --replay WINDHOVER RECORDING...
                                                    what `WINDHOVER replay` tells of the recordings, with every
                                                    privacy switch too; then proves that the schemas bite
Prints what was checked, and ends with 1 at the first message that does not fit, with 77 if jsonschema is missing.
"""
import copy
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

try:
    from jsonschema import Draft202012Validator
except ImportError:
    print("SKIPPED: checking messages against their schemas needs the Debian package python3-jsonschema")
    sys.exit(77)

SCHEMAS = Path(__file__).resolve().parent.parent / "docs/feed"
VARIANTS = (
    ["--rejects"],
    ["--sensor-position", "52.0,5.0,30"],
    ["--protocol", "all=presence"],
    ["--protocol", "all=off"],
    ["--operator-position", "rounded"],
    ["--operator-position", "withheld"],
)


def load_validators():
    validators = {}
    for file in sorted(SCHEMAS.glob("*.schema.json")):
        schema = json.loads(file.read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        validators[file.name.removesuffix(".schema.json")] = Draft202012Validator(schema)
        for example in schema.get("examples", ()):
            validators[file.name.removesuffix(".schema.json")].validate(example)
    return validators


def no_constant(name):
    raise ValueError(f"{name} is no JSON")


def check(validators, line, where):
    """The message, or the end of the program with what is wrong about it."""
    try:
        message = json.loads(line, parse_constant=no_constant)
        validator = validators[message["type"]]
    except (ValueError, KeyError, TypeError) as error:
        sys.exit(f"{where}: no feed message ({error!r}): {line[:200]}")
    for error in validator.iter_errors(message):
        sys.exit(f"{where}: {error.json_path}: {error.message}\n{line}")
    return message


def check_lines(validators, lines, where):
    messages = [check(validators, line, f"{where}:{number}") for number, line in enumerate(lines, 1)]
    kinds = Counter(message["type"] for message in messages)
    print(f"{where}: {len(messages)} messages fit:", ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    return messages


def nodes(value, path=()):
    yield path, value
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from nodes(child, path + (key,))


def changed(message, path, change):
    """A copy of the message with change(its part at path)."""
    holder = {"message": copy.deepcopy(message)}
    parent, key = holder, "message"
    for step in path:
        parent, key = parent[key], step
    parent[key] = change(parent[key])
    return holder["message"]


def spoiled(message):
    """The message with a member too many, a number as text, or a member of the head missing, everywhere."""
    for path, value in nodes(message):
        if isinstance(value, dict):
            yield path, changed(message, path, lambda part: {**part, "notInTheContract": "x"})
        elif isinstance(value, (int, float)):
            yield path, changed(message, path, lambda part: [part])
    for key in ("v", "type", "sensor", "boot", "seq", "time"):
        yield (key,), {name: part for name, part in message.items() if name != key}


def prove_that_schemas_bite(validators, messages):
    """One message of each type and shape is spoiled in every way; a schema that lets one through is no contract."""
    shapes = {json.dumps([message["type"], sorted(map(str, (path for path, _ in nodes(message))))]): message
              for message in messages}
    tried = 0
    for message in list(shapes.values())[:60]:
        for path, bad in spoiled(message):
            tried += 1
            if validators[message["type"]].is_valid(bad):
                sys.exit(f"the schema of {message['type']} lets through a fault at {path}: {json.dumps(bad)}")
    print(f"{tried} spoiled messages are refused")


def replay(windhover, recording, options):
    command = [windhover, "replay", recording, "--jsonl", "-", *options]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()


def main(arguments):
    if not arguments or arguments[0] in ("-h", "--help"):
        sys.exit(__doc__.strip())
    validators = load_validators()
    if arguments[0] != "--replay":
        for file in arguments:
            text = sys.stdin.read() if file == "-" else Path(file).read_text(encoding="utf-8")
            check_lines(validators, text.splitlines(), file)
        return
    messages = []
    for recording in arguments[2:]:
        for options in VARIANTS:
            lines = replay(arguments[1], recording, options)
            messages += check_lines(validators, lines, " ".join([Path(recording).stem, *options]))
    prove_that_schemas_bite(validators, messages)


if __name__ == "__main__":
    main(sys.argv[1:])
