//! Faults of authenticator data ([section 6.1](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data)) and of an
//! assertion's signature.

use countersign_types::Code;

use super::definition::{Fault, Faults};
use crate::{
    authenticator::Backup,
    cbor::Cbor,
    private_key::PrivateKey,
    response::{AuthenticatorDataDraft, flags},
    scenario::{Scenario, SignIn},
};

fn set(data: &mut AuthenticatorDataDraft, flag: u8) {
    data.flags |= flag;
}

fn clear(data: &mut AuthenticatorDataDraft, flag: u8) {
    data.flags &= !flag;
}

const CREATE: Faults = Faults::of(Scenario::REGISTRATION, &[Code::AuthenticatorDataMalformed]);
const GET: Faults = Faults::of(Scenario::AUTHENTICATION, &[Code::AuthenticatorDataMalformed]);
const APPID: Faults =
    Faults::of(Scenario::AUTHENTICATION.with_sign_in(SignIn::AppId), &[Code::RpIdHashMismatch]);
const SIGNATURE: Faults = GET.codes(&[Code::SignatureInvalid]);
const SIGN_COUNT: Faults = GET.codes(&[Code::SignCountNotIncreased]);
const RP_ID_HASH: &[Code] = &[Code::RpIdHashMismatch];
const NOT_PRESENT: &[Code] = &[Code::UserNotPresent];
const NOT_VERIFIED: &[Code] = &[Code::UserNotVerified];
const BACKUP_STATE: &[Code] = &[Code::BackupStateInvalid];
const BACKUP_ELIGIBILITY: &[Code] = &[Code::BackupEligibilityChanged];

pub(super) const FAULTS: &[Fault] = &[
    GET.data_bytes("authenticator-data-short", &[52], |bytes| bytes.truncate(36)),
    GET.data_bytes("authenticator-data-empty", &[52], Vec::clear),
    CREATE.data_bytes("authenticator-data-short-at-registration", &[52], |bytes| bytes.truncate(36)),
    CREATE.codes(RP_ID_HASH).data("rp-id-hash-other", &[53], |data| data.rp_id_hash = [1; 32]),
    GET.codes(RP_ID_HASH).data("rp-id-hash-other-at-authentication", &[53], |data| data.rp_id_hash = [1; 32]),
    APPID.envelope("appid-hash-without-output", &[54], |envelope| {
        envelope.members.set("clientExtensionResults", serde_json::json!({"appid": false}));
    }),
    APPID.data("rp-id-hash-neither-of-appid", &[53, 54], |data| data.rp_id_hash = [1; 32]),
    GET.codes(NOT_PRESENT)
        .data("user-not-present-at-authentication", &[56], |data| clear(data, flags::USER_PRESENT)),
    CREATE.codes(NOT_PRESENT).data("user-not-present", &[57, 309], |data| clear(data, flags::USER_PRESENT)),
    Faults::of(Scenario::REGISTRATION.with_required_verification(), NOT_VERIFIED).data(
        "user-not-verified",
        &[58],
        |data| clear(data, flags::USER_VERIFIED),
    ),
    Faults::of(Scenario::AUTHENTICATION.with_required_verification(), NOT_VERIFIED).data(
        "user-not-verified-at-authentication",
        &[59],
        |data| clear(data, flags::USER_VERIFIED),
    ),
    CREATE
        .codes(BACKUP_STATE)
        .data("backup-state-without-eligibility", &[61], |data| set(data, flags::BACKUP_STATE)),
    GET.codes(BACKUP_STATE).data("backup-state-without-eligibility-at-authentication", &[62], |data| {
        set(data, flags::BACKUP_STATE);
    }),
    GET.codes(BACKUP_ELIGIBILITY)
        .data("backup-eligibility-gained", &[64], |data| set(data, flags::BACKUP_ELIGIBLE)),
    Faults::of(Scenario::AUTHENTICATION.with_backup(Backup::Eligible), BACKUP_ELIGIBILITY).data(
        "backup-eligibility-lost",
        &[63],
        |data| clear(data, flags::BACKUP_ELIGIBLE),
    ),
    CREATE.codes(&[Code::AttestedCredentialDataMissing]).data("attested-data-absent", &[68], |data| {
        clear(data, flags::ATTESTED_CREDENTIAL_DATA);
        data.attested = None;
    }),
    CREATE.data("attested-data-without-flag", &[68, 76, 78], |data| {
        clear(data, flags::ATTESTED_CREDENTIAL_DATA);
    }),
    CREATE.data("attested-data-flag-without-data", &[70], |data| data.attested = None),
    CREATE.data_bytes("attested-data-cut", &[70], |bytes| bytes.truncate(37 + 17)),
    CREATE.data("credential-id-length-beyond-end", &[71], |data| {
        if let Some(attested) = &mut data.attested {
            attested.length = 1000;
        }
    }),
    CREATE.codes(&[Code::AuthenticatorDataMalformed, Code::CredentialIdMismatch]).data(
        "credential-id-empty",
        &[72],
        |data| {
            if let Some(attested) = &mut data.attested {
                attested.length = 0;
                attested.credential_id.clear();
            }
        },
    ),
    CREATE
        .codes(&[Code::CredentialIdTooLong, Code::CredentialIdMismatch, Code::AuthenticatorDataMalformed])
        .data("credential-id-of-1024-bytes", &[73], |data| {
            if let Some(attested) = &mut data.attested {
                attested.length = 1024;
                attested.credential_id = vec![7; 1024];
            }
        }),
    GET.data("extension-flag-without-data", &[75], |data| set(data, flags::EXTENSION_DATA)),
    GET.data("extensions-without-flag", &[76], |data| {
        data.extensions = Some(Cbor::map([("credProtect", Cbor::from(1))]));
    }),
    GET.data("extensions-array", &[77], |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Array(Vec::new()));
    }),
    GET.data("extensions-with-number-as-name", &[77], |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::map([(1, Cbor::Null)]));
    }),
    GET.data("extensions-with-indefinite-length", &[77, 80], |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Encoded(vec![0xbf, 0xff]));
    }),
    GET.data("extensions-name-twice", &[77, 81], |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Map(vec![("a".into(), Cbor::Null), ("a".into(), Cbor::Null)]));
    }),
    GET.data("extensions-with-bytes-after", &[78, 339], |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Encoded(vec![0xa0, 0x00]));
    }),
    CREATE.data_bytes("authenticator-data-with-bytes-after", &[78], |bytes| bytes.push(0)),
    GET.data_bytes("authenticator-data-with-bytes-after-at-authentication", &[78], |bytes| bytes.push(0)),
    SIGN_COUNT.data("sign-count-not-increased", &[299], |data| data.sign_count = 1),
    SIGN_COUNT.data("sign-count-zero", &[299], |data| data.sign_count = 0),
    SIGNATURE.signature("signature-bit-flipped", &[124], |signature| {
        if let Some(last) = signature.last_mut() {
            *last ^= 1;
        }
    }),
    SIGNATURE.signature("signature-cut", &[114, 115], |signature| {
        signature.pop();
    }),
    SIGNATURE.signature("signature-with-byte-after", &[115], |signature| signature.push(0)),
    SIGNATURE.signature("signature-number-padded", &[116], |signature| {
        // A zero before the first number, which is then longer by one.
        if let [_, length, _, first, ..] = signature.as_mut_slice() {
            (*length, *first) = (length.saturating_add(1), first.saturating_add(1));
            signature.insert(4, 0);
        }
    }),
    SIGNATURE
        .signature("signature-number-zero", &[117], |signature| *signature = vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
    SIGNATURE.signing("signature-in-plain-form", &[118], PrivateKey::sign_plain),
    SIGNATURE.signing("signature-by-stranger", &[124], |key, message| {
        PrivateKey::stranger(key.algorithm()).map(|key| key.sign(message)).unwrap_or_default()
    }),
];
