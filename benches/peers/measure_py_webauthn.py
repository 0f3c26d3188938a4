"""Times py_webauthn: measure_py_webauthn.py FIXTURES TURNS."""

from base64 import urlsafe_b64decode

import webauthn
from measure import measure
from webauthn.helpers.structs import AttestationFormat


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def prepare(ceremony, fixtures, case):
    arguments = {
        "credential": case["response"],
        "expected_challenge": decode(fixtures["challenge"]),
        "expected_rp_id": fixtures["rp_id"],
        "expected_origin": fixtures["origin"],
    }
    if ceremony == "authentication":
        key = bytes.fromhex(case["cose"])
        return lambda: webauthn.verify_authentication_response(
            **arguments, credential_public_key=key, credential_current_sign_count=0
        )
    anchors = [case["anchor"].encode()] if case["anchor"] else []
    roots = {known: anchors for known in AttestationFormat}
    return lambda: webauthn.verify_registration_response(**arguments, pem_root_certs_bytes_by_fmt=roots)


measure("webauthn", "py_webauthn", prepare)
