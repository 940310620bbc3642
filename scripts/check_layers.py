#!/usr/bin/python3
"""Checks what the compiler does not: which layer may include what, and where threads and clocks may appear.

  scripts/check_layers.py [ROOT]      prints one line a violation and exits 1 when there is one
  scripts/check_layers.py --self-test proves each rule on a small tree that breaks it
"""
import re
import sys
import tempfile
from pathlib import Path

FOLDERS = ("dsp", "decoders", "sensor", "gateway", "tests")

# Layer of a file (longest matching prefix) -> prefixes of our own headers that it may include. The program joins the
# sensor, the generator and the bench, so these of its files may include all.
PROGRAM = ("sensor/main.cpp", "sensor/cli/synth_command.cpp", "sensor/cli/scene_recording.cpp",
           "sensor/cli/bench")
OWN = {
    "dsp/": ("dsp/",),
    "decoders/": ("decoders/", "dsp/"),
    "sensor/": ("sensor/", "decoders/", "dsp/"),
    "sensor/cli/": ("sensor/", "decoders/", "dsp/", "gateway/"),
    "gateway/": ("gateway/", "sensor/feed_messages.hpp", "sensor/feed_client.hpp", "sensor/feed_endpoint.hpp",
                 "sensor/curve_keys.hpp", "sensor/time.hpp", "sensor/config_error.hpp",
                 "sensor/sensor_position.hpp"),
    "tests/support/": ("tests/support/", "dsp/"),
    "tests/": FOLDERS,
    **{path: ("sensor/", "decoders/", "dsp/", "gateway/", "tests/support/", "tests/bench/") for path in PROGRAM},
}

# Third-party header -> files that may include it (prefixes). Never one of our headers; tests are free.
THIRD_PARTY = {
    r"fftw3\.h": ("dsp/fft.cpp",),
    r"liquid/.*": ("dsp/",),
    r"SoapySDR/.*": ("sensor/soapy_source.cpp", "tests/support/soapy_module/air_device.cpp"),
    r"zmq(_addon)?\.h(pp)?": ("sensor/zmq_sockets.hpp", "sensor/feed.cpp", "sensor/feed_client.cpp",
                              "sensor/curve_keys.cpp", "gateway/broadcast_socket.cpp"),
    r"nlohmann/.*": ("sensor/json_fields.hpp", "sensor/feed_reader.cpp", "sensor/sigmf.cpp", "sensor/sigmf_writer.cpp", "sensor/cli/bench", "sensor/service/gpsd_position.cpp",
                     "gateway/json_members.hpp", "gateway/dragonsync/", "gateway/http/pages.cpp",
                     "tests/support/scene", "tests/support/soapy_module/"),
    r"httplib\.h": ("gateway/http/server.cpp",),
    r"GeographicLib/.*": ("sensor/geodesy.cpp",),
    r"prometheus/.*": ("gateway/http/metrics.cpp", "gateway/http/open_metrics.cpp"),
    r"CLI/.*": ("sensor/cli/arguments.cpp", "sensor/cli/gateway_arguments.cpp", "sensor/cli/config_arguments.cpp",
               "sensor/cli/evidence_arguments.cpp", "sensor/cli/record_arguments.cpp", "sensor/cli/device_arguments.cpp"),
    r"toml\+\+/.*": ("sensor/service/config_file.cpp",),
    r"systemd/.*": ("sensor/service/notifier.cpp",),
    r"archive(_entry)?\.h": ("sensor/sigmf_archive.cpp",),
    r"sodium(/.*|\.h)": ("sensor/octet_stream.cpp", "sensor/address_hash.cpp", "sensor/trust/ed25519.cpp",
                            "tests/support/scene_output.cpp"),
}
# The headers of ours that show a library: helpers of the .cpp files that write and read the feed's bodies or own
# its sockets.
INTERNAL_HEADERS = {"sensor/json_fields.hpp", "sensor/zmq_sockets.hpp", "gateway/json_members.hpp",
                    "gateway/dragonsync/json_fields.hpp"}
POSIX = r"(pthread|time|unistd|fcntl|poll|signal|termios|stdlib|netdb)\.h|(sys|arpa|netinet|net)/.*\.h"

PURE = ("dsp/", "decoders/")  # maths: no thread, clock, file, socket or log
PURE_FORBIDS_HEADERS = {
    "thread", "mutex", "shared_mutex", "atomic", "condition_variable", "semaphore", "latch", "barrier", "future",
    "stop_token", "iostream", "fstream", "filesystem", "ctime", "csignal",
}
PURE_FORBIDS_CODE = {
    r"\b(system|steady|high_resolution|utc|file)_clock\b": "a clock",
    r"\b(clock_gettime|gettimeofday|std::time)\b": "a clock",
    r"\b(std::)?(fopen|printf|puts|getenv)\s*\(": "a file, a terminal or the environment",
}
PURE_EXCEPTIONS = {("dsp/fft.cpp", "mutex"), ("dsp/fft.cpp", "atomic")}  # the planner's lock

THREAD = r"\bstd::(jthread|thread(?!::hardware_concurrency|::id)|async)\b"
THREAD_FILES = ("sensor/sensor.cpp", "sensor/sensor.hpp", "sensor/record_session.cpp", "gateway/http/server.cpp", "tests/")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
COMMENT_OR_STRING = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def own_headers(path):
    """Prefixes of our headers that `path` may include."""
    return OWN[max((prefix for prefix in OWN if path.startswith(prefix)), key=len)]


def is_test(path):
    return path.endswith("_test.cpp") or path.startswith("tests/") and not path.startswith("tests/support/")


def check_own_include(path, header):
    if ".." in header.split("/"):
        return f'includes "{header}": write it from the project root'
    if is_test(path) and "/" not in header:  # a fixture beside the test
        return None
    if not header.startswith(tuple(f"{folder}/" for folder in FOLDERS)):
        return f'includes "{header}": write it from the project root, or <...> when it is not ours'
    if not header.startswith(own_headers(path)):
        return f'includes "{header}", against the arrows'
    return None


def check_other_include(path, header):
    if header in PURE_FORBIDS_HEADERS and path.startswith(PURE) and (path, header) not in PURE_EXCEPTIONS:
        return f"includes <{header}>: dsp and decoders know no thread, clock, file or log"
    if is_test(path) or re.fullmatch(r"[a-z0-9_]+", header):  # a standard header has neither folder nor dot
        return None
    if re.fullmatch(POSIX, header):
        return f"includes <{header}>: only sensor and gateway may" if not path.startswith(
            ("sensor/", "gateway/")) else None
    for pattern, allowed in THIRD_PARTY.items():
        if re.fullmatch(pattern, header):
            if path.endswith(".hpp") and path not in INTERNAL_HEADERS:
                return f"includes <{header}>: third-party headers stay out of ours"
            if not path.startswith(allowed):
                return f"includes <{header}>: only {', '.join(allowed)} may"
            return None
    return f"includes <{header}>, which scripts/check_layers.py does not know: add it there with the file that may"


def check_code(path, text):
    """Yields (line, complaint) for what may not appear outside comments and strings."""
    code = COMMENT_OR_STRING.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)
    forbidden = []
    if path.startswith(PURE):
        forbidden += [(pattern, f"uses {what}") for pattern, what in PURE_FORBIDS_CODE.items()]
    if not path.startswith(THREAD_FILES):
        forbidden.append((THREAD, "starts a thread: only sensor/sensor.cpp and the gateway's HTTP server may"))
    for pattern, complaint in forbidden:
        for match in re.finditer(pattern, code):
            yield code.count("\n", 0, match.start()) + 1, f"{complaint} ({match.group().strip()})"


def check_file(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        check = check_own_include if match.group(1) == '"' else check_other_include
        complaint = check(path, match.group(2))
        if complaint:
            yield number, complaint
    yield from check_code(path, text)


def check_tree(root):
    violations = []
    for folder in FOLDERS:
        for file in sorted(Path(root, folder).rglob("*.[ch]pp")):
            path = file.relative_to(root).as_posix()
            text = file.read_text(encoding="utf-8")
            violations += [f"{path}:{line}: {complaint}" for line, complaint in check_file(path, text)]
    return violations


# File, one line of it, and whether it may stand there.
SELF_TEST = [
    ("dsp/a.cpp", '#include "dsp/types.hpp"', True),
    ("dsp/b.cpp", '#include "decoders/frame.hpp"', False),
    ("decoders/ocusync/a.cpp", '#include "dsp/types.hpp"', True),
    ("decoders/ocusync/b.cpp", '#include "sensor/time.hpp"', False),
    ("decoders/ocusync/c.cpp", '#include "../frame.hpp"', False),
    ("decoders/ocusync/d.cpp", '#include "vectors.hpp"', False),
    ("sensor/a.cpp", '#include "decoders/frame.hpp"', True),
    ("sensor/b.cpp", '#include "tests/support/scene.hpp"', False),
    ("sensor/main.cpp", '#include "tests/support/scene.hpp"', True),
    ("gateway/a.cpp", '#include "sensor/feed_messages.hpp"', True),
    ("gateway/b.cpp", '#include "sensor/tracker.hpp"', False),
    ("gateway/c.cpp", '#include "decoders/frame.hpp"', False),
    ("gateway/cot/a.cpp", '#include "sensor/config_error.hpp"', True),
    ("gateway/http/server.cpp", "#include <httplib.h>\nstd::vector<std::jthread> threads;", True),
    ("gateway/http/a.cpp", "#include <httplib.h>", False),
    ("gateway/d.cpp", "std::jthread server;", False),
    ("sensor/cli/a.cpp", '#include "gateway/gateway.hpp"', True),
    ("sensor/k.cpp", '#include "gateway/gateway.hpp"', False),
    ("tests/support/a.cpp", '#include "dsp/fft.hpp"', True),
    ("tests/support/b.cpp", '#include "decoders/frame.hpp"', False),
    ("tests/sensor/a_test.cpp", '#include "decoders/frame.hpp"', True),
    ("tests/sensor/d_test.cpp", '#include "fixture.hpp"', True),
    ("tests/sensor/b_test.cpp", "#include <nlohmann/json.hpp>", True),
    ("tests/support/a_test.cpp", "#include <boost/test/unit_test.hpp>", True),
    ("tests/sensor/c_test.cpp", "std::jthread t;", True),
    ("dsp/fft.cpp", "#include <fftw3.h>\n#include <mutex>", True),
    ("dsp/c.cpp", "#include <fftw3.h>", False),
    ("dsp/fft.hpp", "#include <fftw3.h>", False),
    ("dsp/d.cpp", "#include <liquid/liquid.h>", True),
    ("dsp/d.hpp", "#include <liquid/liquid.h>", False),
    ("decoders/a.cpp", "#include <liquid/liquid.h>", False),
    ("sensor/soapy_source.cpp", "#include <SoapySDR/Device.hpp>", True),
    ("sensor/c.cpp", "#include <SoapySDR/Device.hpp>", False),
    ("sensor/feed.cpp", "#include <zmq.hpp>", True),
    ("sensor/d.cpp", "#include <zmq.hpp>", False),
    ("sensor/json_fields.hpp", "#include <nlohmann/json.hpp>", True),
    ("sensor/feed_json.hpp", "#include <nlohmann/json.hpp>", False),
    ("sensor/e.cpp", "#include <nlohmann/json.hpp>", False),
    ("sensor/f.cpp", "#include <curl/curl.h>", False),
    ("sensor/g.cpp", "#include <unistd.h>", True),
    ("dsp/e.cpp", "#include <unistd.h>", False),
    ("dsp/f.cpp", "#include <mutex>", False),
    ("decoders/b.cpp", "#include <fstream>", False),
    ("decoders/decoder.hpp", "#include <chrono>\nstd::chrono::microseconds before{200};", True),
    ("decoders/c.cpp", "auto now = std::chrono::steady_clock::now();", False),
    ("decoders/d.cpp", "std::printf(text);", False),
    ("decoders/e.cpp", "std::snprintf(text, 3, format);", True),
    ("decoders/f.cpp", '// steady_clock, std::thread\nauto s = "std::thread";', True),
    ("sensor/h.cpp", "std::jthread radio_;", False),
    ("sensor/i.cpp", "auto n = std::thread::hardware_concurrency();", True),
    ("sensor/sensor.hpp", "std::jthread radio_;", True),
]


def self_test():
    with tempfile.TemporaryDirectory() as root:
        for path, text, _ in SELF_TEST:
            Path(root, path).parent.mkdir(parents=True, exist_ok=True)
            Path(root, path).write_text(f"// one\n{text}\n", encoding="utf-8")
        found = {line.split(":", 1)[0] for line in check_tree(root)}
    wrong = [f"self-test: {path}: {'refused' if allowed else 'let through'}: {text!r}"
             for path, text, allowed in SELF_TEST if (path not in found) != allowed]
    assert len({path for path, _, _ in SELF_TEST}) == len(SELF_TEST), "two self-tests share a file"
    if not wrong:
        print(f"self-test: {len(SELF_TEST)} cases as expected")
    return wrong


def main(arguments):
    if arguments == ["--self-test"]:
        problems = self_test()
    else:
        root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent
        problems = check_tree(root)
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
