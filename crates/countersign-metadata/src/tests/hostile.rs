//! BLOBs that the signer, or an attacker with its key, created to harm a reader.

use std::fmt::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use countersign_authenticator::BlobSigner;
use countersign_types::Code;
use serde_json::{Value, json};

use super::{KEY, MODEL, OTHER, certificates::NOW, payload, read, verify};
use crate::{
    blob::Blob,
    entry_error::EntryError,
    error::{MalformedBlobError, MetadataError},
    keys::ModelKey,
    limits::{ENTRIES_MAX, REPORTS_MAX},
    metadata_policy::{JudgementError, MetadataPolicy},
    model::Model,
    statement::CertificateTextError,
};

fn changed(change: impl FnOnce(&mut Value)) -> Blob {
    let mut payload = payload();
    change(&mut payload["entries"][0]);
    read(&payload).unwrap()
}

fn first_fault(blob: &Blob) -> EntryError {
    assert_eq!((blob.entries().len(), blob.skipped().len()), (3, 1));
    blob.skipped()[0].error().clone()
}

fn model() -> ModelKey {
    MODEL.parse().unwrap()
}

#[test]
fn rule_357_as_many_entries_of_one_model_as_fit_are_all_left_out() {
    let entry = format!(r#"{{"aaguid":"{MODEL}","statusReports":[{{"status":"FIDO_CERTIFIED"}}]}}"#);
    let entries = vec![entry.as_str(); ENTRIES_MAX - 1].join(",");
    let payload = format!(
        r#"{{"no":7,"nextUpdate":"2026-02-01","entries":[{entries},{}]}}"#,
        entry.replace(MODEL, OTHER)
    );
    let blob = verify(&BlobSigner::new().sign(payload.as_bytes())).unwrap();
    assert_eq!((blob.entries().len(), blob.skipped().len()), (1, ENTRIES_MAX - 1));
    let refusal = MetadataPolicy::fido().judge(&blob, &Model::new(model()), NOW).unwrap_err();
    assert!(matches!(refusal, JudgementError::Unreadable(key, EntryError::SharedKey(_)) if key == model()));
    assert_eq!(refusal.code(), Code::AuthenticatorNotAccepted);
}

#[test]
fn rule_356_more_reports_than_a_model_has_cost_its_entry() {
    let with = |count: usize| {
        let report = json!({"status": "USER_VERIFICATION_BYPASS", "effectiveDate": "2025-01-01"});
        changed(|entry| entry["statusReports"] = vec![report; count].into())
    };
    let most = with(REPORTS_MAX);
    assert_eq!(most.entry(model()).unwrap().reports().len(), REPORTS_MAX);
    MetadataPolicy::fido().judge(&most, &Model::new(model()).with_version(1), NOW).unwrap_err();
    for count in [REPORTS_MAX + 1, 100_000] {
        assert_eq!(first_fault(&with(count)), EntryError::TooManyReports);
    }
}

#[test]
fn rule_356_nesting_never_costs_the_blob() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        for levels in [40, 1_000_000] {
            let deep = format!("{}1{}", open.repeat(levels), close.repeat(levels));
            let with = |value: &str, place: &str| {
                let text = payload().to_string().replacen(place, &format!("{place}{value}"), 1);
                verify(&BlobSigner::new().sign(text.as_bytes()))
            };
            // An unknown member in a statement, one outside of all entries, and a member of another type.
            for place in
                [r#""protocolFamily":"fido2","#, r#""legalHeader":"terms","nextUpdate":"2026-02-01","#]
            {
                let blob = with(&format!("\"deep\":{deep},"), place).unwrap();
                assert!(blob.entry(model()).is_some() && blob.skipped().is_empty());
            }
            let blob = with(&format!("\"icon\":{deep},"), r#""metadataStatement":{"#).unwrap();
            assert_eq!(first_fault(&blob), EntryError::Type("a text"));
            let error = with(&format!("\"deep\":{open}{deep},"), r#""protocolFamily":"fido2","#).unwrap_err();
            assert!(matches!(error, MetadataError::Malformed(MalformedBlobError::NotJson { .. })), "{error}");
            assert_eq!(error.code(), Code::MetadataMalformed);
        }
    }
}

#[test]
fn a_member_is_there_once_however_it_is_written() {
    let good = payload().to_string();
    let twice = |member: &str, value: &str| {
        let first = format!("\"{member}\":");
        let escaped: String = member.chars().fold(String::new(), |mut escaped, character| {
            write!(escaped, "\\u{:04x}", u32::from(character)).unwrap();
            escaped
        });
        let text = good.replacen(&first, &format!("\"{escaped}\":{value},{first}"), 1);
        verify(&BlobSigner::new().sign(text.as_bytes()))
    };
    for member in ["no", "nextUpdate", "entries"] {
        let value = if member == "no" {
            "7"
        } else if member == "entries" {
            "[]"
        } else {
            "\"2026-02-01\""
        };
        let error = twice(member, value).unwrap_err();
        assert!(
            matches!(error, MetadataError::Malformed(MalformedBlobError::Twice(own)) if own == member),
            "{error}"
        );
    }
    for (member, value) in [
        ("aaguid", "\"\""),
        ("metadataStatement", "{}"),
        ("statusReports", "[]"),
        ("status", "\"FIDO_CERTIFIED\""),
        ("attestationRootCertificates", "[]"),
        ("description", "\"\""),
    ] {
        let blob = twice(member, value).unwrap();
        let fault = first_fault(&blob);
        // The first of the two may have another fault, which is found first.
        assert!(
            matches!(fault, EntryError::Twice(_) | EntryError::Missing(_) | EntryError::NoStatus),
            "{member}: {fault}"
        );
    }
}

#[test]
fn rule_348_a_number_is_what_it_says_to_the_last_digit() {
    let with = |number: &str| {
        let text = payload().to_string().replace("\"no\":7", &format!("\"no\":{number}"));
        verify(&BlobSigner::new().sign(text.as_bytes())).map(|blob| blob.number())
    };
    for number in [9_007_199_254_740_993, u64::MAX, 0] {
        assert_eq!(with(&number.to_string()).unwrap(), number);
    }
    for other in ["18446744073709551616", "7.0", "7e0", "-0", "9007199254740993.0"] {
        let error = with(other).unwrap_err();
        let expected = MalformedBlobError::Type("a non-negative integer");
        assert!(matches!(error, MetadataError::Malformed(fault) if fault == expected), "{other}");
    }
    for broken in ["07", "+7", "0x7", "NaN", "7_000"] {
        let error = with(broken).unwrap_err();
        assert!(
            matches!(error, MetadataError::Malformed(MalformedBlobError::NotJson { .. })),
            "{broken}: {error}"
        );
    }
}

#[test]
fn rule_350_a_day_that_no_calendar_has_is_no_date() {
    for text in ["2024-13-45", "2024-00-10", "2023-02-29", "2024-1-5", "2024-01-05T00:00:00Z", " 2024-01-05"]
    {
        let mut payload = payload();
        payload["nextUpdate"] = text.into();
        let error = read(&payload).unwrap_err();
        assert!(matches!(error, MetadataError::Malformed(MalformedBlobError::NextUpdate)), "{text}: {error}");
        for member in ["effectiveDate", "sunsetDate"] {
            let blob = changed(|entry| entry["statusReports"][0][member] = text.into());
            assert_eq!(first_fault(&blob), EntryError::Date(member), "{text}");
        }
        let blob = changed(|entry| entry["timeOfLastStatusChange"] = text.into());
        assert_eq!(first_fault(&blob), EntryError::Date("timeOfLastStatusChange"), "{text}");
    }
}

#[test]
fn rule_365_a_root_that_is_not_base64_of_der_is_skipped() {
    let der = BlobSigner::new().root;
    let good = STANDARD.encode(&der);
    let (start, end) = good.split_at(64);
    let roots = [
        (format!("  {start}\r\n{end}\n"), true),
        (good.clone(), true),
        (format!("-----BEGIN CERTIFICATE-----\n{good}\n-----END CERTIFICATE-----\n"), false),
        (good.replace(['+', '/'], "-"), false),
        (good.trim_end_matches('=').to_owned() + "A", false),
        (format!("{good}\u{a0}"), false),
        (STANDARD.encode([&der[..], &[0]].concat()), false),
        (String::new(), false),
    ];
    let texts: Vec<_> = roots.iter().map(|(text, _)| text.as_str()).collect();
    let blob = changed(|entry| entry["metadataStatement"]["attestationRootCertificates"] = json!(texts));
    let entry = blob.entry(model()).unwrap();
    let read: Vec<_> = entry.statement().unwrap().certificates().collect();
    for ((text, is_root), read) in roots.iter().zip(&read) {
        assert_eq!(read.as_ref().err(), (!is_root).then_some(&CertificateTextError), "{text}");
    }
    assert_eq!((read.len(), entry.roots().len()), (8, 2));
}

#[test]
fn rule_355_an_entry_of_other_attestation_keys_than_its_statements_is_left_out() {
    const MEMBER: &str = "attestationCertificateKeyIdentifiers";
    let another = KEY.replace('3', "4");
    let with = |own: Value, stated: Value| {
        let mut payload = payload();
        payload["entries"][2][MEMBER] = own;
        payload["entries"][2]["metadataStatement"][MEMBER] = stated;
        read(&payload).unwrap()
    };
    let blob = with(json!([KEY, another]), json!([another, KEY]));
    assert_eq!(blob.entry(another.parse::<ModelKey>().unwrap()).unwrap().position(), 2);
    for stated in [json!([KEY]), json!([]), json!([KEY, another, KEY.replace('3', "5")]), json!([KEY, "04"])]
    {
        let blob = with(json!([KEY, another]), stated);
        assert_eq!(blob.skipped()[0].error(), &EntryError::KeyDiffers(MEMBER));
    }
}
