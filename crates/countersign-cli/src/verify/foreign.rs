//! The record of a credential as another library stores it, by [`ImportedRow`].

use countersign::lifecycle::{Encoded, ImportedRow};
use countersign::{CredentialRecord, RelyingParty};

/// The user handle of a record that names none.
pub(super) const NO_USER: &[u8] = b"an account";

/// A record that was made of a row, and sentences about what the row does not say.
#[derive(Debug)]
pub(super) struct Imported {
    pub(super) record: CredentialRecord,
    /// Whether the row says whose it is.
    pub(super) has_user_handle: bool,
    pub(super) notes: Vec<String>,
}

/// The record of a row. What the row does not say decides nothing. The error is a sentence.
pub(super) fn import(row: &ImportedRow, rp: &RelyingParty) -> Result<Imported, String> {
    let mut notes = vec![format!("the record is read in the form of {}", row.library().as_str())];
    let import = row.import(Encoded::Bytes(row.user_handle().unwrap_or(NO_USER)));
    let import = import.with_uv_initialized(row.uv_initialized().unwrap_or(true));
    let record = import.into_record(rp).map_err(|error| error.to_string())?;
    for (is_said, sentence) in [
        (row.user_handle().is_some(), "the record does not say the user handle: none is compared"),
        (
            record.backup_eligible().is_some(),
            "the record does not say whether the passkey can be backed up: that is not compared",
        ),
        (
            row.uv_initialized().is_some(),
            "the record does not say whether the user was ever verified: it is assumed",
        ),
    ] {
        if !is_said {
            notes.push(sentence.to_owned());
        }
    }
    if row.attestation().is_some() {
        notes.push("the attestation of the record is not read: no sign-in needs it".to_owned());
    }
    Ok(Imported { record, has_user_handle: row.user_handle().is_some(), notes })
}

#[cfg(test)]
mod tests {
    use countersign::cose::PublicKey;
    use countersign::types::{base64url, hex};
    use serde_json::json;

    use super::*;

    /// The key of the specification's test vector `none.ES256`
    /// (w3c/webauthn commit 146d0db03cb88e69a8f6f0c3c168221abe73504b, sctn-test-vectors-none-es256).
    const KEY: &str = "a5010203262001215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df61225820\
                       930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b9220";

    fn imported(row: &serde_json::Value) -> Result<Imported, String> {
        let rp =
            RelyingParty::builder("example.org", "verify").origin("https://example.org").build().unwrap();
        import(&ImportedRow::from_json(row.to_string().as_bytes()).unwrap(), &rp)
    }

    #[test]
    fn what_a_row_does_not_say_is_noted_and_decides_nothing() {
        let key = hex::decode(KEY).unwrap();
        let row = json!({"id": "AQID", "publicKey": base64url::encode(&key), "counter": 7});
        let Imported { record, has_user_handle, notes } = imported(&row).unwrap();
        assert_eq!((record.id().as_ref(), record.sign_count()), (&[1, 2, 3][..], 7));
        assert_eq!((record.backup_eligible(), record.uv_initialized(), has_user_handle), (None, true, false));
        let same = PublicKey::from_cose(record.public_key()).unwrap();
        assert_eq!(same.material(), PublicKey::from_cose(&key).unwrap().material());
        let expected = ["form of SimpleWebAuthn", "the user handle", "can be backed up", "ever verified"];
        assert_eq!(notes.len(), expected.len());
        for (note, part) in notes.iter().zip(expected) {
            assert!(note.contains(part), "{note}");
        }
        let row = json!({
            "credentialId": "AQID", "publicKeyCose": base64url::encode(&key), "userHandle": "am8",
            "signatureCount": 7, "backupEligible": true, "backupState": true,
        });
        let Imported { record, has_user_handle, notes } = imported(&row).unwrap();
        assert_eq!((record.backup_eligible(), has_user_handle), (Some(true), true));
        assert!(notes[0].ends_with("java-webauthn-server") && notes.len() == 2, "{notes:?}");
    }

    #[test]
    fn a_row_that_can_not_be_used_is_a_sentence() {
        let error = imported(&json!({"id": "AQID", "publicKey": "AQID", "counter": 0})).unwrap_err();
        assert!(error.contains("key"), "{error}");
    }
}
