use countersign_cose::{Algorithm, MalformedKeyError, PublicKey};
use countersign_types::{
    AlgorithmIdentifier, Code, authenticator_data::AuthenticatorDataError, base64url, hex::Hex,
};

use super::*;
use crate::relying_party::policy::{Policy, algorithms::StoredAlgorithms};
use crate::test_ceremony::{
    self, Attest, Create, Get, NOW, RP_ID, UP, authentication_state, cose_key, create, get, handle, rp,
    signing_key,
};

const ID: [u8; 16] = [0x1d; 16];
const APPID: &str = "https://example.org/app-id.json";

fn cose() -> Vec<u8> {
    cose_key(&signing_key(0x11))
}

fn import(key: ImportedKey<'_>) -> Import<'_> {
    Import::new(Encoded::Bytes(&ID), Encoded::Bytes(&[7; 16]), key).with_sign_count(5)
}

fn record(key: ImportedKey<'_>) -> Result<CredentialRecord, ImportError> {
    import(key).into_record(&rp().build().unwrap())
}

/// Signs in with the imported record.
fn signs_in(record: &CredentialRecord) {
    let rp = rp().build().unwrap();
    let state = authentication_state(&rp, None);
    let authenticated = rp.finish_authentication(state, &get().response(), record, NOW).unwrap();
    assert_eq!(authenticated.update().next.sign_count(), 6);
}

fn spki() -> Vec<u8> {
    PublicKey::from_cose(&cose()).unwrap().to_spki()
}

#[test]
fn a_key_in_any_encoding_signs_in() {
    let (cose, spki) = (cose(), spki());
    let base64 = base64url::encode(&spki).replace('-', "+").replace('_', "/");
    let padded = base64.clone() + &"=".repeat((4 - base64.len() % 4) % 4);
    let (first, second) = padded.split_at(64);
    let pem = format!("\n-----BEGIN PUBLIC KEY-----\r\n{first}\r\n{second}\n-----END PUBLIC KEY-----\n");
    let text = base64url::encode(&cose);
    for key in [
        ImportedKey::Cose(&cose),
        ImportedKey::CoseText(Encoded::Base64Url(&text)),
        ImportedKey::Spki(&spki, None),
        ImportedKey::Spki(&spki, Some(Algorithm::Es256)),
        ImportedKey::Pem(&pem, None),
    ] {
        let record = record(key).unwrap();
        // Another encoding becomes what the authenticator had sent.
        assert_eq!((record.public_key(), record.algorithm()), (&*cose, Some(AlgorithmIdentifier(-7))));
        assert_eq!((record.rp_id(), record.backup_eligible()), (RP_ID, None));
        signs_in(&record);
    }
}

#[test]
fn an_algorithm_that_no_credential_may_have_any_more_is_refused() {
    let cose = cose();
    let accepting = |algorithm| {
        let policy = Policy::passkeys()
            .with_algorithms([algorithm])
            .with_stored_algorithms(StoredAlgorithms::Only(vec![algorithm]));
        let rp = rp().policy(policy).build().unwrap();
        import(ImportedKey::Cose(&cose)).into_record(&rp).map(drop)
    };
    accepting(Algorithm::Es256).unwrap();
    let error = accepting(Algorithm::EdDsa).unwrap_err();
    assert_eq!(error, ImportError::AlgorithmNotAccepted(Algorithm::Es256));
}

#[cfg(feature = "jwk")]
#[test]
fn a_json_web_key_signs_in_with_or_without_its_algorithm() {
    let jwk = PublicKey::from_cose(&cose()).unwrap().to_jwk();
    signs_in(&record(ImportedKey::Jwk(jwk.as_bytes(), None)).unwrap());
    let without = jwk.replace("\"alg\":\"ES256\",", "");
    assert_ne!(without, jwk);
    signs_in(&record(ImportedKey::Jwk(without.as_bytes(), None)).unwrap());
}

#[test]
fn attested_credential_data_has_all_but_the_user_handle() {
    let data = [&[0xaa; 16][..], &[0, 16], &ID, &cose()].concat();
    let import = Import::from_attested_credential_data(&data, Encoded::Bytes(&[7; 16])).unwrap();
    let record = import.with_sign_count(5_u32).into_record(&rp().build().unwrap()).unwrap();
    assert_eq!((record.id().as_bytes(), record.aaguid()), (&ID[..], Aaguid::from_bytes([0xaa; 16])));
    signs_in(&record);
    let longer = [&*data, &[0]].concat();
    let error = Import::from_attested_credential_data(&longer, Encoded::Bytes(&[7])).unwrap_err();
    let trailing = AuthenticatorDataError::TrailingData { length: 1 };
    assert_eq!(error, ImportError::AttestedCredentialData(trailing));
}

#[test]
fn what_could_not_be_stored_is_no_record() {
    let cose = cose();
    let with = |transports: &[&str]| {
        let import = import(ImportedKey::Cose(&cose)).with_transports(transports.iter().copied());
        import.into_record(&rp().build().unwrap())
    };
    let long = "x".repeat(65);
    for transports in [&["usb"; 32][..], &[&long[..64]]] {
        serde_json::to_string(&with(transports).unwrap()).unwrap();
    }
    let sentence = "transports are more than 32, or one is longer than 64 bytes";
    for transports in [&["usb"; 33][..], &[&long]] {
        let error = with(transports).unwrap_err();
        assert_eq!((&error, &*error.to_string()), (&ImportError::OutOfBounds(sentence), sentence));
    }
}

#[test]
fn a_u2f_credential_signs_in_through_the_appid() {
    let spki = spki();
    let point = &spki[spki.len() - 65..];
    let rp = rp().appid(APPID).build().unwrap();
    let record = import(ImportedKey::U2f(point)).into_record(&rp).unwrap();
    assert_eq!((record.backup_eligible(), record.public_key()), (Some(false), &*cose()));
    let get = Get {
        rp_id: APPID.into(),
        flags: UP,
        extension_results: serde_json::json!({"appid": true}),
        ..get()
    };
    let state = authentication_state(&rp, Some(handle(7)));
    let _ = rp.finish_authentication(state, &get.response(), &record, NOW).unwrap();
    // Without an AppID it never could; a point of another form is none.
    let without_appid = test_ceremony::rp().build().unwrap();
    assert_eq!(import(ImportedKey::U2f(point)).into_record(&without_appid), Err(ImportError::NoAppId));
    let import_key = |key: &[u8]| import(ImportedKey::U2f(key)).into_record(&rp);
    let compressed = [&[0x02], &point[1..33]].concat();
    for other in [&point[..64], &compressed] {
        let sentence = format!("the public key is not a point of 65 bytes: {} bytes", other.len());
        assert_eq!(import_key(other).unwrap_err().to_string(), sentence);
    }
}

#[test]
fn rule_304_an_unusable_key_is_rejected() {
    // A coordinate changed, so that the point is not on the curve.
    let mut off_curve = cose();
    *off_curve.last_mut().unwrap() ^= 1;
    assert!(matches!(record(ImportedKey::Cose(&off_curve)), Err(ImportError::PublicKey(_))));
    assert!(matches!(record(ImportedKey::Cose(&[0xa0])), Err(ImportError::PublicKey(_))));
    let mut longer = spki();
    longer.push(0);
    let error = ImportError::PublicKey(MalformedKeyError::NotSpki.into());
    assert_eq!(record(ImportedKey::Spki(&longer, None)), Err(error));
}

#[test]
fn the_algorithm_of_a_key_is_given_or_usual() {
    let spki = spki();
    let said = ImportedKey::Spki(&spki, Some(Algorithm::EdDsa));
    assert_eq!(record(said), Err(ImportError::AlgorithmMismatch(Algorithm::EdDsa)));
    // Any odd number of 2048 bits is a modulus as far as reading goes.
    let n = [&[0x00][..], &[0xb0; 255], &[0x0b]].concat();
    let rsa_key = [&[0x02, 0x82, 0x01, 0x01][..], &n, &[0x02, 0x03, 0x01, 0x00, 0x01]].concat();
    let sequence = |content: &[u8]| {
        let length = u16::try_from(content.len()).unwrap().to_be_bytes();
        [&[0x30, 0x82][..], &length, content].concat()
    };
    let bits = [&[0x00][..], &sequence(&rsa_key)].concat();
    let length = u16::try_from(bits.len()).unwrap().to_be_bytes();
    let algorithm = [0x30, 0x0d, 6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1, 5, 0];
    let rsa = sequence(&[&algorithm[..], &[0x03, 0x82], &length, &bits].concat());
    assert_eq!(record(ImportedKey::Spki(&rsa, None)), Err(ImportError::AlgorithmUnknown));
    let pss = record(ImportedKey::Spki(&rsa, Some(Algorithm::Ps256))).unwrap();
    assert_eq!(pss.algorithm(), Some(AlgorithmIdentifier(-37)));
}

#[test]
fn pem_of_something_else_is_said_to_begin_otherwise() {
    let base64 = base64url::encode(spki()).replace('-', "+").replace('_', "/");
    let pem = |first: &str, last: &str| format!("-----BEGIN {first}-----\n{base64}\n-----END {last}-----\n");
    let read = |text: &str| record(ImportedKey::Pem(text, None)).map_err(|error| error.to_string());
    read(&pem("PUBLIC KEY", "PUBLIC KEY")).unwrap();
    let begins = "the public key is not pem: it does not begin with -----BEGIN PUBLIC KEY-----";
    for label in ["CERTIFICATE", "RSA PUBLIC KEY", "EC PRIVATE KEY"] {
        assert_eq!(read(&pem(label, label)).unwrap_err(), begins);
    }
    let ends = "the public key is not pem: it does not end as such a text does";
    assert_eq!(read(&pem("PUBLIC KEY", "CERTIFICATE")).unwrap_err(), ends);
}

#[test]
fn text_is_read_in_its_own_encoding_alone() {
    let decode = |encoded: Encoded<'_>| encoded.decode().ok();
    let bytes = Some(vec![0xfb, 0xff, 0xfe, 1]);
    for text in ["-__-AQ", "-__-AQ=="] {
        assert_eq!(decode(Encoded::Base64Url(text)), bytes, "{text}");
        assert_eq!(decode(Encoded::Base64(text)), None, "{text}");
    }
    for text in ["+//+AQ", "+//+AQ=="] {
        assert_eq!(decode(Encoded::Base64(text)), bytes, "{text}");
        assert_eq!(decode(Encoded::Base64Url(text)), None, "{text}");
    }
    assert_eq!(decode(Encoded::Hex("fbFFfe01")), bytes);
    for bad in [
        Encoded::Base64Url("-__-AQ="),
        Encoded::Base64Url("-__-AR"),
        Encoded::Base64Url("-__-A"),
        Encoded::Base64Url("-__-===="),
        Encoded::Base64Url("-__- AQ"),
        Encoded::Base64Url("-__-\nAQ"),
        Encoded::Base64Url("-__-AQ\n\n"),
        Encoded::Base64("+//+ AQ"),
        Encoded::Base64("+//+A\nQ=\n="),
        Encoded::Base64("+/\n/+AQ"),
        Encoded::Hex("\\xf"),
        Encoded::Hex("x00"),
        Encoded::Hex("\\x\\x00"),
        Encoded::Hex("fbf"),
        Encoded::Hex("fg"),
        Encoded::Hex("+f"),
    ] {
        assert_eq!(decode(bad), None, "{bad:?}");
    }
}

#[test]
fn bytes_are_read_as_databases_and_files_have_them() {
    let bytes = vec![0xfb, 0xff, 0xfe, 1];
    for encoded in [
        Encoded::Hex("\\xfbfffe01"),
        Encoded::Hex("\\xfbfffe01\n"),
        Encoded::Hex("0xFBFFFE01"),
        Encoded::Hex("fbfffe01\r\n"),
        Encoded::Base64Url("-__-AQ\n"),
        Encoded::Base64("+//+AQ==\r\n"),
        Encoded::Base64("+//+\nAQ==\n"),
        Encoded::Base64("+//+\r\nAQ==\r\n"),
    ] {
        assert_eq!(encoded.decode().as_ref(), Ok(&bytes), "{encoded:?}");
    }
}

#[test]
fn a_key_as_text_in_any_encoding_signs_in() {
    let hex = |bytes: &[u8]| format!("\\x{}\n", Hex(bytes));
    let base64 = |bytes: &[u8]| {
        let bare = base64url::encode(bytes).replace('-', "+").replace('_', "/");
        let padded = bare.clone() + &"=".repeat((4 - bare.len() % 4) % 4);
        let lines: Vec<_> = padded.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap()).collect();
        lines.join("\n")
    };
    let (cose, spki) = (cose(), spki());
    for key in [
        ImportedKey::CoseText(Encoded::Hex(&hex(&cose))),
        ImportedKey::CoseText(Encoded::Base64(&base64(&cose))),
        ImportedKey::SpkiText(Encoded::Hex(&hex(&spki)), None),
        ImportedKey::SpkiText(Encoded::Base64(&base64(&spki)), Some(Algorithm::Es256)),
    ] {
        signs_in(&record(key).unwrap());
    }
}

#[test]
fn an_error_names_the_encoding_that_was_tried_and_one_that_fits() {
    let cose = cose();
    let rp = rp().build().unwrap();
    let of = |id, user, key| Import::new(id, user, key).into_record(&rp).unwrap_err().to_string();
    let (good, key) = (Encoded::Bytes(&[7]), ImportedKey::Cose(&cose));
    for (said, expected) in [
        (
            of(Encoded::Base64Url("+//+AQ=="), good, key),
            "the credential id is not base64url: '+' after 0 characters; it could be base64",
        ),
        (
            of(good, Encoded::Hex("-__-AQ"), key),
            "the user handle is not hexadecimal digits: '-' after 0 characters; it could be base64url",
        ),
        (
            of(Encoded::Base64("\\x00ff"), good, key),
            "the credential id is not base64: '\\\\' after 0 characters; it could be hexadecimal digits",
        ),
        (
            of(good, good, ImportedKey::CoseText(Encoded::Base64("A"))),
            "the public key is not base64: it does not end as such a text does",
        ),
        (
            of(good, good, ImportedKey::CoseText(Encoded::Hex(&"0".repeat(16_385)))),
            "the public key is not hexadecimal digits: 16385 characters, at most 16384 expected",
        ),
    ] {
        assert_eq!(said, expected);
    }
}

#[test]
fn data_that_makes_no_record_is_rejected() {
    let (cose, rp) = (cose(), rp().build().unwrap());
    let of = |id: &[u8], user: &[u8]| {
        Import::new(Encoded::Bytes(id), Encoded::Bytes(user), ImportedKey::Cose(&cose)).into_record(&rp)
    };
    of(&[1; 1023], &[1; 64]).unwrap();
    for id in [&[][..], &[1; 1024]] {
        assert_eq!(of(id, &[1]), Err(ImportError::CredentialId { length: id.len() }));
    }
    for user in [&[][..], &[1; 65]] {
        assert_eq!(of(&[1], user), Err(ImportError::UserHandle { length: user.len() }));
    }
    let with =
        |change: fn(Import<'_>) -> Import<'_>| change(import(ImportedKey::Cose(&cose))).into_record(&rp);
    assert_eq!(with(|it| it.with_sign_count(u32::MAX)).unwrap().sign_count(), u32::MAX);
    assert_eq!(with(|it| it.with_sign_count(-1)), Err(ImportError::SignCount(-1)));
    let many = 1_i64 << 32;
    assert_eq!(
        import(ImportedKey::Cose(&cose)).with_sign_count(many).into_record(&rp),
        Err(ImportError::SignCount(many))
    );
    let backed_up = |it: Import<'_>, eligible: Option<bool>| {
        it.with_backup_eligible(eligible).with_backup_state(true).into_record(&rp)
    };
    assert!(backed_up(import(ImportedKey::Cose(&cose)), Some(true)).unwrap().backup_state());
    assert!(backed_up(import(ImportedKey::Cose(&cose)), None).unwrap().backup_state());
    assert_eq!(backed_up(import(ImportedKey::Cose(&cose)), Some(false)), Err(ImportError::BackupState));
    let error = record(ImportedKey::Pem("-----BEGIN PUBLIC KEY-----", None)).unwrap_err();
    assert!(error.to_string().starts_with("the public key is not pem"), "{error}");
    let word_of = |error: &ImportError| error.code().map(Code::as_str);
    assert_eq!(word_of(&error), None);
    assert_eq!(word_of(&of(&[], &[1]).unwrap_err()), None);
    assert_eq!(word_of(&of(&[1; 1024], &[1]).unwrap_err()), Some("credential-id-too-long"));
    assert_eq!(word_of(&ImportError::BackupState), Some("backup-state-invalid"));
    assert_eq!(word_of(&record(ImportedKey::Cose(&[0xa0])).unwrap_err()), Some("public-key-malformed"));
    assert_eq!(word_of(&ImportError::AlgorithmMismatch(Algorithm::EdDsa)), Some("public-key-malformed"));
    assert_eq!(word_of(&ImportError::AlgorithmNotAccepted(Algorithm::EdDsa)), Some("algorithm-not-allowed"));
}

#[test]
fn an_attestation_is_imported_if_it_belongs_to_the_credential() {
    let create = Create { attest: Attest::SelfPacked, ..create() };
    let (object, client_data, cose) = (create.attestation_object(), create.client_data.to_string(), cose());
    let import = || import(ImportedKey::Cose(&cose));
    let rp = rp().build().unwrap();
    let record = import().with_attestation(&object, client_data.as_bytes(), NOW).into_record(&rp).unwrap();
    let evidence = record.evidence().unwrap();
    assert_eq!((evidence.format(), evidence.attestation_type()), ("packed", "self"));
    assert_eq!((evidence.trusted(), evidence.judged_at()), (None, Some(NOW)));
    assert_eq!(record.aaguid(), Aaguid::from_bytes([0xaa; 16]));
    let other = client_data.replace("example.org", "example.net");
    let refused = import().with_attestation(&object, other.as_bytes(), NOW).into_record(&rp).unwrap_err();
    let ImportError::Attestation(verdict) = refused else { panic!("{refused}") };
    assert_eq!(verdict.code(), Some(Code::AttestationSignatureInvalid));
}
