"""Answers a JSON line for each JSON line: what py_webauthn or python-fido2 makes of a response."""

import json
import sys
from base64 import urlsafe_b64decode


def decode(text):
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def pem(der):
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    return x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM)


def py_webauthn(case):
    import webauthn
    from webauthn.helpers.cose import COSEAlgorithmIdentifier
    from webauthn.helpers.structs import AttestationFormat

    common = {
        "credential": case["response"],
        "expected_challenge": decode(case["challenge"]),
        "expected_rp_id": case["rp_id"],
        "expected_origin": case["origins"],
        "require_user_verification": case["user_verification"] == "required",
    }
    if case["ceremony"] == "authentication":
        webauthn.verify_authentication_response(
            **common,
            credential_public_key=decode(case["record"]["public_key"]),
            credential_current_sign_count=case["record"]["sign_count"],
        )
        return
    known = {member.value: member for member in COSEAlgorithmIdentifier}
    anchors = [pem(decode(anchor)) for anchor in case["anchors"] or []]
    webauthn.verify_registration_response(
        **common,
        require_user_presence=not case["conditional"],
        supported_pub_key_algs=[known[number] for number in case["algorithms"] if number in known],
        pem_root_certs_bytes_by_fmt={member: anchors for member in AttestationFormat},
    )


def fido2(case):
    from cryptography import x509
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
    from fido2 import cbor

    def statement_only(attestation_object, client_data_hash):
        verifier = Attestation.for_type(attestation_object.fmt)()
        verifier.verify(
            attestation_object.att_stmt, attestation_object.auth_data, client_data_hash
        )

    class Anchored(AttestationVerifier):
        def ca_lookup(self, attestation_result, auth_data):
            last = x509.load_der_x509_certificate(attestation_result.trust_path[-1])
            for anchor in case["anchors"]:
                found = x509.load_der_x509_certificate(decode(anchor))
                if found.subject == last.issuer:
                    return decode(anchor)
            return None

    server = Fido2Server(
        PublicKeyCredentialRpEntity(id=case["rp_id"], name="Example"),
        attestation=AttestationConveyancePreference.DIRECT,
        verify_origin=lambda origin: origin in case["origins"],
        verify_attestation=statement_only if case["anchors"] is None else Anchored(),
    )
    server.allowed_algorithms = [
        PublicKeyCredentialParameters(type=PublicKeyCredentialType.PUBLIC_KEY, alg=number)
        for number in case["algorithms"]
    ]
    verification = UserVerificationRequirement(case["user_verification"])
    challenge = decode(case["challenge"])
    response = json.loads(case["response"])
    if case["ceremony"] == "registration":
        user = PublicKeyCredentialUserEntity(id=b"\1" * 16, name="jo", display_name="Jo")
        _, state = server.register_begin(
            user, user_verification=verification, challenge=challenge
        )
        server.register_complete(state, response)
        return
    record = case["record"]
    key = CoseKey.parse(cbor.decode(decode(record["public_key"])))
    credential = AttestedCredentialData.create(b"\0" * 16, decode(record["id"]), key)
    listed = None if case["discoverable"] else [credential]
    _, state = server.authenticate_begin(
        listed, user_verification=verification, challenge=challenge
    )
    server.authenticate_complete(state, [credential], response)


def main():
    peer = {"py_webauthn": py_webauthn, "fido2": fido2}[sys.argv[1]]
    for line in sys.stdin:
        case = json.loads(line)
        answer = {"id": case["id"], "accepted": True, "reason": ""}
        try:
            peer(case)
        except Exception as error:  # whatever a library throws is its refusal
            cause = error.__cause__ or error.__context__
            answer["accepted"] = False
            answer["reason"] = f"{type(error).__name__}: {error}"
            if cause is not None:
                answer["cause"] = f"{type(cause).__name__}: {cause}"
        print(json.dumps(answer), flush=True)


main()
