"""py_webauthn behind the protocol of the conformance suites: a request a line in, an answer a line out.

    python3 -m venv venv
    venv/bin/pip install --requirement requirements.txt
    countersign-conformance run --suite DIR -- venv/bin/python relying_party.py
"""

import json
import sys
from base64 import urlsafe_b64decode, urlsafe_b64encode

import cbor2
import webauthn
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import AttestationFormat


# Formats that the library lacks, and one whose statements it compares with the clock instead of a given time.
UNSUPPORTED_FORMATS = {"apple-appattest", "compound", "android-safetynet"}


class Unsupported(Exception):
    """The library has no option for this step."""


class Rejected(Exception):
    """The library leaves this check to its caller."""


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def pem(der):
    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def arguments(request):
    """The arguments that both ceremonies have."""
    relying_party = request["relying_party"]
    return {
        "credential": request["response"],
        "expected_challenge": decode(request["challenge"]),
        "expected_rp_id": relying_party["id"],
        "expected_origin": relying_party["origins"],
        "require_user_verification": relying_party["user_verification"] == "required",
    }


def attestation_format(response):
    """The format of the attestation statement, if it can be read."""
    try:
        return cbor2.loads(decode(json.loads(response)["response"]["attestationObject"]))["fmt"]
    except Exception:
        return None


def register(request):
    relying_party = request["relying_party"]
    format = attestation_format(request["response"])
    if format in UNSUPPORTED_FORMATS:
        raise Unsupported(f"the attestation format {format}")
    if relying_party["android_key_absent"] == "accept":
        raise Unsupported("absent authorizations of android-key")
    offered = relying_party["algorithms"]
    algorithms = [known for known in COSEAlgorithmIdentifier if offered is None or known.value in offered]
    if not algorithms:
        raise Unsupported(f"the algorithms {offered}")
    anchors = [pem(decode(anchor)) for anchor in relying_party["trust_anchors"] or []]
    verified = webauthn.verify_registration_response(
        **arguments(request),
        require_user_presence=not relying_party["conditional_create"],
        supported_pub_key_algs=algorithms,
        pem_root_certs_bytes_by_fmt={known: anchors for known in AttestationFormat},
    )
    if encode(verified.credential_id) in request["registered"]:
        raise Rejected("the credential is registered already")
    credential = {
        "id": encode(verified.credential_id),
        "public_key": encode(verified.credential_public_key),
        "sign_count": verified.sign_count,
        "user_handle": request["user_handle"],
    }
    outcome = {
        "credential_id": credential["id"],
        "public_key": credential["public_key"],
        "sign_count": verified.sign_count,
        "aaguid": verified.aaguid,
        "format": str(verified.fmt),
        "user_verified": verified.user_verified,
    }
    return credential, outcome


def authenticate(request, credential):
    if request["appid"] is not None:
        raise Unsupported("the extension appid")
    if request["relying_party"]["sign_count"] == "report":
        raise Unsupported("a signature counter that is only reported")
    response = json.loads(request["response"])
    # The look-up and the comparisons that the library leaves to the relying party.
    if credential is None or response.get("id") != credential["id"]:
        raise Rejected("the credential is not known")
    if request["allow"] and credential["id"] not in request["allow"]:
        raise Rejected("the credential was not allowed")
    handle = response.get("response", {}).get("userHandle") or None
    if request["discoverable"] and handle is None:
        raise Rejected("the user handle is missing")
    expected = request["user_handle"]
    if request["discoverable"] or expected is not None:
        expected = credential.get("user_handle")
    if request["user_handle"] is not None and expected is not None and request["user_handle"] != expected:
        raise Rejected("the credential is of another account")
    if handle is not None and expected is not None and handle != expected:
        raise Rejected("the user handle is of another account")
    verified = webauthn.verify_authentication_response(
        **arguments(request),
        credential_public_key=decode(credential["public_key"]),
        credential_current_sign_count=credential["sign_count"],
    )
    credential["sign_count"] = verified.new_sign_count
    return {"sign_count": verified.new_sign_count, "user_verified": verified.user_verified}


def main():
    credential = None
    for line in sys.stdin:
        request = json.loads(line)
        if request["step"] == 1:
            credential = None
        credential = request["credential"] or credential
        try:
            if request["ceremony"] == "registration":
                credential, outcome = register(request)
            else:
                outcome = authenticate(request, credential)
            answer = {"verdict": "accept", "outcome": outcome}
        except Unsupported as error:
            answer = {"verdict": "unsupported", "message": str(error)}
        except Exception as error:  # Any exception of the library is a rejection.
            answer = {"verdict": "reject", "message": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
