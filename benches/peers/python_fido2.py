"""python-fido2 behind the protocol of the conformance suites, without what it leaves to its caller."""

import json
import sys
from base64 import urlsafe_b64decode

from cryptography import x509
from fido2 import cbor
from fido2.attestation import Attestation, AttestationVerifier
from fido2.cose import CoseKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    PublicKeyCredentialParameters,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    UserVerificationRequirement,
)


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def statement_only(attestation_object, client_data_hash):
    verifier = Attestation.for_type(attestation_object.fmt)()
    verifier.verify(attestation_object.att_stmt, attestation_object.auth_data, client_data_hash)


class Anchored(AttestationVerifier):
    """Verifies a statement with the anchors of a request."""

    def __init__(self, anchors):
        super().__init__()
        self.anchors = anchors

    def ca_lookup(self, attestation_result, auth_data):
        last = x509.load_der_x509_certificate(attestation_result.trust_path[-1])
        for anchor in self.anchors:
            if x509.load_der_x509_certificate(decode(anchor)).subject == last.issuer:
                return decode(anchor)
        return None


def judge(request):
    relying_party = request["relying_party"]
    anchors = relying_party["trust_anchors"]
    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=relying_party["id"], name="Example"),
        attestation=AttestationConveyancePreference.DIRECT,
        verify_origin=lambda origin: origin in relying_party["origins"],
        verify_attestation=statement_only if anchors is None else Anchored(anchors),
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=number)
        for number in relying_party["algorithms"]
    ]
    verification = UserVerificationRequirement(relying_party["user_verification"])
    challenge = decode(request["challenge"])
    response = json.loads(request["response"])
    if request["ceremony"] == "registration":
        user = PublicKeyCredentialUserEntity(id=b"\1" * 16, name="jo", display_name="Jo")
        _, state = server.register_begin(user, user_verification=verification, challenge=challenge)
        server.register_complete(state, response)
        return
    stored = request["credential"]
    key = CoseKey.parse(cbor.decode(decode(stored["public_key"])))
    credential = AttestedCredentialData.create(b"\0" * 16, decode(stored["id"]), key)
    listed = None if request["discoverable"] else [credential]
    _, state = server.authenticate_begin(listed, user_verification=verification, challenge=challenge)
    server.authenticate_complete(state, [credential], response)


def main():
    for line in sys.stdin:
        answer = {"verdict": "accept"}
        try:
            judge(json.loads(line))
        except Exception as error:  # Any exception of the library is a rejection.
            answer = {"verdict": "reject", "message": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


main()
