//! Faults of authenticator data ([section 6.1](https://www.w3.org/TR/webauthn-3/#sctn-authenticator-data)) and of an
//! assertion's signature.

use countersign_types::Code;

use super::definition::Fault;
use crate::{
    authenticator::Backup,
    cbor::Cbor,
    change::Change,
    private_key::PrivateKey,
    response::{AuthenticatorDataDraft, flags},
    scenario::{Scenario, SignIn},
};

const CREATE: Scenario = Scenario::REGISTRATION;
const GET: Scenario = Scenario::AUTHENTICATION;
const ELIGIBLE: Scenario = GET.with_backup(Backup::Eligible);
const APPID: Scenario = GET.with_sign_in(SignIn::AppId);

const fn data(
    name: &'static str,
    rules: &'static [u16],
    code: &'static [Code],
    scenario: Scenario,
    change: fn(&mut AuthenticatorDataDraft),
) -> Fault {
    Fault::new(name, rules, code, scenario, Change::AuthenticatorData(change))
}

const fn bytes(
    name: &'static str,
    rules: &'static [u16],
    scenario: Scenario,
    change: fn(&mut Vec<u8>),
) -> Fault {
    Fault::new(name, rules, MALFORMED, scenario, Change::AuthenticatorDataBytes(change))
}

const fn signature(name: &'static str, rules: &'static [u16], change: fn(&mut Vec<u8>)) -> Fault {
    Fault::new(name, rules, SIGNATURE, GET, Change::Signature(change))
}

const MALFORMED: &[Code] = &[Code::AuthenticatorDataMalformed];
const SIGNATURE: &[Code] = &[Code::SignatureInvalid];
const RP_ID_HASH: &[Code] = &[Code::RpIdHashMismatch];
const NOT_PRESENT: &[Code] = &[Code::UserNotPresent];
const NOT_VERIFIED: &[Code] = &[Code::UserNotVerified];
const BACKUP_STATE: &[Code] = &[Code::BackupStateInvalid];

fn set(data: &mut AuthenticatorDataDraft, flag: u8) {
    data.flags |= flag;
}

fn clear(data: &mut AuthenticatorDataDraft, flag: u8) {
    data.flags &= !flag;
}

pub(super) const FAULTS: &[Fault] = &[
    bytes("authenticator-data-short", &[52], GET, |bytes| bytes.truncate(36)),
    bytes("authenticator-data-empty", &[52], GET, Vec::clear),
    bytes("authenticator-data-short-at-registration", &[52], CREATE, |bytes| bytes.truncate(36)),
    data("rp-id-hash-other", &[53], RP_ID_HASH, CREATE, |data| data.rp_id_hash = [1; 32]),
    data("rp-id-hash-other-at-authentication", &[53], RP_ID_HASH, GET, |data| data.rp_id_hash = [1; 32]),
    Fault::new(
        "appid-hash-without-output",
        &[54],
        RP_ID_HASH,
        APPID,
        Change::Envelope(|envelope| {
            envelope.members.set("clientExtensionResults", serde_json::json!({"appid": false}));
        }),
    ),
    data("rp-id-hash-neither-of-appid", &[53, 54], RP_ID_HASH, APPID, |data| data.rp_id_hash = [1; 32]),
    data("user-not-present-at-authentication", &[56], NOT_PRESENT, GET, |data| {
        clear(data, flags::USER_PRESENT);
    }),
    data("user-not-present", &[57, 309], NOT_PRESENT, CREATE, |data| clear(data, flags::USER_PRESENT)),
    data("user-not-verified", &[58], NOT_VERIFIED, CREATE.with_required_verification(), |data| {
        clear(data, flags::USER_VERIFIED);
    }),
    data(
        "user-not-verified-at-authentication",
        &[59],
        NOT_VERIFIED,
        GET.with_required_verification(),
        |data| {
            clear(data, flags::USER_VERIFIED);
        },
    ),
    data("backup-state-without-eligibility", &[61], BACKUP_STATE, CREATE, |data| {
        set(data, flags::BACKUP_STATE);
    }),
    data("backup-state-without-eligibility-at-authentication", &[62], BACKUP_STATE, GET, |data| {
        set(data, flags::BACKUP_STATE);
    }),
    data("backup-eligibility-gained", &[64], &[Code::BackupEligibilityChanged], GET, |data| {
        set(data, flags::BACKUP_ELIGIBLE);
    }),
    data("backup-eligibility-lost", &[63], &[Code::BackupEligibilityChanged], ELIGIBLE, |data| {
        clear(data, flags::BACKUP_ELIGIBLE);
    }),
    data("attested-data-absent", &[68], &[Code::AttestedCredentialDataMissing], CREATE, |data| {
        clear(data, flags::ATTESTED_CREDENTIAL_DATA);
        data.attested = None;
    }),
    data("attested-data-without-flag", &[68, 76, 78], MALFORMED, CREATE, |data| {
        clear(data, flags::ATTESTED_CREDENTIAL_DATA);
    }),
    data("attested-data-flag-without-data", &[70], MALFORMED, CREATE, |data| data.attested = None),
    bytes("attested-data-cut", &[70], CREATE, |bytes| bytes.truncate(37 + 17)),
    data("credential-id-length-beyond-end", &[71], MALFORMED, CREATE, |data| {
        if let Some(attested) = &mut data.attested {
            attested.length = 1000;
        }
    }),
    data(
        "credential-id-empty",
        &[72],
        &[Code::AuthenticatorDataMalformed, Code::CredentialIdMismatch],
        CREATE,
        |data| {
            if let Some(attested) = &mut data.attested {
                attested.length = 0;
                attested.credential_id.clear();
            }
        },
    ),
    data(
        "credential-id-of-1024-bytes",
        &[73],
        &[Code::CredentialIdTooLong, Code::CredentialIdMismatch, Code::AuthenticatorDataMalformed],
        CREATE,
        |data| {
            if let Some(attested) = &mut data.attested {
                attested.length = 1024;
                attested.credential_id = vec![7; 1024];
            }
        },
    ),
    data("extension-flag-without-data", &[75], MALFORMED, GET, |data| set(data, flags::EXTENSION_DATA)),
    data("extensions-without-flag", &[76], MALFORMED, GET, |data| {
        data.extensions = Some(Cbor::map([("credProtect", Cbor::from(1))]));
    }),
    data("extensions-array", &[77], MALFORMED, GET, |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Array(Vec::new()));
    }),
    data("extensions-with-number-as-name", &[77], MALFORMED, GET, |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::map([(1, Cbor::Null)]));
    }),
    data("extensions-with-indefinite-length", &[77, 80], MALFORMED, GET, |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Encoded(vec![0xbf, 0xff]));
    }),
    data("extensions-name-twice", &[77, 81], MALFORMED, GET, |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Map(vec![("a".into(), Cbor::Null), ("a".into(), Cbor::Null)]));
    }),
    data("extensions-with-bytes-after", &[78, 339], MALFORMED, GET, |data| {
        set(data, flags::EXTENSION_DATA);
        data.extensions = Some(Cbor::Encoded(vec![0xa0, 0x00]));
    }),
    bytes("authenticator-data-with-bytes-after", &[78], CREATE, |bytes| bytes.push(0)),
    bytes("authenticator-data-with-bytes-after-at-authentication", &[78], GET, |bytes| bytes.push(0)),
    data("sign-count-not-increased", &[299], &[Code::SignCountNotIncreased], GET, |data| data.sign_count = 1),
    data("sign-count-zero", &[299], &[Code::SignCountNotIncreased], GET, |data| data.sign_count = 0),
    signature("signature-bit-flipped", &[124], |signature| {
        if let Some(last) = signature.last_mut() {
            *last ^= 1;
        }
    }),
    signature("signature-cut", &[114, 115], |signature| {
        signature.pop();
    }),
    signature("signature-with-byte-after", &[115], |signature| signature.push(0)),
    signature("signature-number-padded", &[116], |signature| {
        // A zero before the first number, which is then longer by one.
        if let [_, length, _, first, ..] = signature.as_mut_slice() {
            (*length, *first) = (length.saturating_add(1), first.saturating_add(1));
            signature.insert(4, 0);
        }
    }),
    signature("signature-number-zero", &[117], |signature| *signature = vec![0x30, 6, 2, 1, 0, 2, 1, 0]),
    Fault::new("signature-in-plain-form", &[118], SIGNATURE, GET, Change::Signing(PrivateKey::sign_plain)),
    Fault::new(
        "signature-by-stranger",
        &[124],
        SIGNATURE,
        GET,
        Change::Signing(|key, message| {
            PrivateKey::stranger(key.algorithm()).map(|key| key.sign(message)).unwrap_or_default()
        }),
    ),
];
