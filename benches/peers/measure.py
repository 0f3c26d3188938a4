"""Times calls of a library of Python and its control by turns, on ceremonies from a file, and prints figures as JSON lines."""

import json
import sys
from importlib.metadata import version
from time import thread_time_ns

from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

# About how long a turn of one side is.
TURN = 10_000_000


def raw(case):
    """The verification by the library that Python's libraries call, with a parsed key."""
    key = load_der_public_key(bytes.fromhex(case["spki"]))
    signature, message = bytes.fromhex(case["signature"]), bytes.fromhex(case["message"])
    parameters = {"ES256": [ec.ECDSA(SHA256())], "RS256": [padding.PKCS1v15(), SHA256()], "EdDSA": []}[case["algorithm"]]
    return lambda: key.verify(signature, message, *parameters)


def timed(work, calls):
    start = thread_time_ns()
    for _ in range(calls):
        work()
    return (thread_time_ns() - start) / calls


def turns(call, control, count):
    number = {}
    for work in (call, control):
        work()
        number[work] = max(1, int(TURN / timed(work, 10)))
    times = {call: [], control: []}
    for turn in range(count):
        # Which goes first alternates.
        for work in (call, control) if turn % 2 else (control, call):
            times[work].append(timed(work, number[work]) / 1e3)
    return times


def measure(package, kind, prepare):
    """Measures each ceremony of the file. `prepare` returns the call that verifies one."""
    file, count = sys.argv[1], int(sys.argv[2])
    with open(file) as text:
        fixtures = json.load(text)
    for ceremony in ("authentication", "registration"):
        for case in fixtures[f"{ceremony}s"]:
            line = {"operation": f"{ceremony} {case['operation']}", "subject": f"{kind} {version(package)}"}
            try:
                call, control = prepare(ceremony, fixtures, case), raw(case)
                call()
            except Exception as error:  # Any exception of the library is a rejection.
                reason = " ".join(f"{type(error).__name__}: {error}".split())
                print(json.dumps({**line, "missing": reason[:120]}), flush=True)
                continue
            times = turns(call, control, count)
            line |= {"part": "library", "control": f"cryptography {version('cryptography')}"}
            print(json.dumps({**line, "times": times[call], "controls": times[control]}), flush=True)
