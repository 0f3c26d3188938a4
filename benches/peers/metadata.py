"""Times fido2.mds3 of python-fido2: metadata.py BLOB ROOT SECONDS ROUNDS.

Prints a line for each round, the processor's milliseconds, and then the most memory above what was held before, in KiB.
The time at which to judge is not used: the library has no place for it.
"""

import resource
import ssl
import sys
import time

from fido2.mds3 import MdsAttestationVerifier, parse_blob


def held():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 1024


def main():
    blob_file, root_file, _, rounds = sys.argv[1:]
    with open(blob_file, "rb") as file:
        blob = file.read()
    with open(root_file) as file:
        root = ssl.PEM_cert_to_DER_cert(file.read())
    before = held()
    for _ in range(int(rounds)):
        start = time.process_time()
        # The verifier is the index by which models are looked up.
        MdsAttestationVerifier(parse_blob(blob, root))
        print((time.process_time() - start) * 1e3)
    print("memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)


main()
