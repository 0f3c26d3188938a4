"""Times python-fido2: measure_python_fido2.py FIXTURES TURNS."""

import json
from base64 import urlsafe_b64decode

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fido2 import cbor
from fido2.attestation import Attestation, AttestationVerifier
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
)
from measure import measure


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Anchored(AttestationVerifier):
    """Verifies a path to one anchor."""

    def __init__(self, pem):
        super().__init__()
        self.anchor = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)

    def ca_lookup(self, attestation_result, auth_data):
        return self.anchor


def statement_only(attestation_object, client_data_hash):
    verifier = Attestation.for_type(attestation_object.fmt)()
    verifier.verify(attestation_object.att_stmt, attestation_object.auth_data, client_data_hash)


def prepare(ceremony, fixtures, case):
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=fixtures["rp_id"], name="Example"),
        attestation=AttestationConveyancePreference.DIRECT,
        verify_origin=lambda origin: origin == fixtures["origin"],
        verify_attestation=Anchored(case["anchor"]) if case.get("anchor") else statement_only,
    )
    challenge = decode(fixtures["challenge"])
    if ceremony == "registration":
        user = PublicKeyCredentialUserEntity(id=decode(fixtures["user_handle"]), name="jo", display_name="Jo")
        _, state = server.register_begin(user, challenge=challenge)
        return lambda: server.register_complete(state, json.loads(case["response"]))
    key, id = bytes.fromhex(case["cose"]), decode(fixtures["credential_id"])

    def authenticate():
        credential = AttestedCredentialData.create(b"\0" * 16, id, CoseKey.parse(cbor.decode(key)))
        server.authenticate_complete(state, [credential], json.loads(case["response"]))

    _, state = server.authenticate_begin(challenge=challenge)
    return authenticate


measure("fido2", "python-fido2", prepare)
