//! How long the members of a credential record may be
//! ([section 4](https://www.w3.org/TR/webauthn-3/#credential-record)): a record is not longer than a registration can
//! make it, so that a broken or hostile database costs no more than a response does.
//!
//! They are checked in both directions: a record that could not be read again is not written.

use countersign_cose::key::ENCODED_MAX;
use countersign_types::response::{KEYWORD_MAX, RESPONSE_JSON_MAX, TRANSPORTS_MAX};
use countersign_types::{attestation_object::ATTESTATION_OBJECT_MAX, identifiers::CREDENTIAL_ID_MAX};

use crate::record::dynamic_part::{DynamicPart, REASON_MAX, Standing};
use crate::record::{evidence::AttestationEvidence, static_part::StaticPart};

/// The most items of a list within a record, and the most members of an object: more than any version has.
pub(super) const ITEMS_MAX: usize = TRANSPORTS_MAX;

/// The most bytes of an RP ID: those of a domain name in text
/// ([RFC 1035 section 2.3.4](https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4), less the root's dot and length).
pub(crate) const RP_ID_MAX: usize = 253;

/// The member that is out of its bounds.
pub(crate) type OutOfBounds = &'static str;

fn within(length: usize, most: usize, otherwise: OutOfBounds) -> Result<(), OutOfBounds> {
    if (1..=most).contains(&length) { Ok(()) } else { Err(otherwise) }
}

impl StaticPart {
    pub(super) fn check(&self) -> Result<(), OutOfBounds> {
        let transports = &self.transports;
        within(self.credential_type.as_str().len(), KEYWORD_MAX, "type is not of 1 to 64 bytes")?;
        within(self.id.as_bytes().len(), CREDENTIAL_ID_MAX, "id is not of 1 to 1023 bytes")?;
        within(self.rp_id.len(), RP_ID_MAX, "rp_id is not of 1 to 253 bytes")?;
        within(self.public_key.len(), ENCODED_MAX, "public_key is not of 1 to 8192 bytes")?;
        if transports.len() > TRANSPORTS_MAX || transports.iter().any(|it| it.as_str().len() > KEYWORD_MAX) {
            return Err("transports are more than 32, or one is longer than 64 bytes");
        }
        Ok(())
    }
}

impl DynamicPart {
    pub(super) fn check(&self) -> Result<(), OutOfBounds> {
        match &self.standing {
            Standing::Flagged(flag) if flag.reason().len() > REASON_MAX => {
                Err("the flag's reason is longer than 4096 bytes")
            }
            _ => Ok(()),
        }
    }
}

impl AttestationEvidence {
    pub(super) fn check(&self) -> Result<(), OutOfBounds> {
        within(self.format.len(), KEYWORD_MAX, "the evidence's format is not of 1 to 64 bytes")?;
        within(self.attestation_type.len(), KEYWORD_MAX, "attestation_type is not of 1 to 64 bytes")?;
        within(
            self.object.len(),
            ATTESTATION_OBJECT_MAX,
            "the evidence's object is not of 1 byte to 64 KiB",
        )?;
        within(self.client_data.len(), RESPONSE_JSON_MAX, "client_data is not of 1 byte to 256 KiB")
    }
}

#[cfg(test)]
mod tests {
    use countersign_types::{CredentialId, enumerations::Transport};
    use serde_json::{Value, json};

    use crate::record::credential_record::CredentialRecord;
    use crate::test_ceremony::{NOW, record};

    use super::*;

    fn full() -> CredentialRecord {
        let evidence = AttestationEvidence::new("packed", "basic", *b"object", *b"{}");
        let mut full = record().with_transports([Transport::Usb]).with_evidence(evidence);
        full.flag("lost", NOW);
        full
    }

    /// The record's JSON with one member replaced.
    fn with(pointer: &str, value: Value) -> Result<CredentialRecord, String> {
        let mut json = serde_json::to_value(full()).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        serde_json::from_str(&json.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_member_that_is_empty_or_too_long_is_refused() {
        let bytes = |length: usize| json!(countersign_types::base64url::encode(vec![0xa5; length]));
        let text = |length: usize| json!("x".repeat(length));
        let list = |length: usize| json!(vec!["usb"; length]);
        for (pointer, good, bad) in [
            ("/static/type", vec![text(64)], vec![text(0), text(65)]),
            ("/static/id", vec![bytes(1), bytes(1023)], vec![bytes(0), bytes(1024)]),
            ("/static/rp_id", vec![text(253)], vec![text(0), text(254)]),
            ("/static/public_key", vec![bytes(8192)], vec![bytes(0), bytes(8193), bytes(10_000_000)]),
            ("/static/transports", vec![list(0), list(32)], vec![list(33), list(1_000_000)]),
            ("/static/transports/0", vec![text(64)], vec![text(65)]),
            ("/dynamic/flag/reason", vec![text(4096)], vec![text(4097)]),
            ("/evidence/format", vec![text(64)], vec![text(0), text(65)]),
            ("/evidence/attestation_type", vec![text(64)], vec![text(0), text(65)]),
            ("/evidence/object", vec![bytes(65_536)], vec![bytes(0), bytes(65_537)]),
            ("/evidence/client_data", vec![bytes(262_144)], vec![bytes(0), bytes(262_145)]),
        ] {
            for value in good {
                with(pointer, value).unwrap_or_else(|error| panic!("{pointer}: {error}"));
            }
            for value in bad {
                let error = with(pointer, value).unwrap_err();
                assert!(error.len() < 200, "{pointer}: {error}");
            }
        }
    }

    #[test]
    fn what_could_not_be_read_is_not_written() {
        let id = CredentialId::new([1; 16]).unwrap();
        let of = |rp_id: &str, key: usize| {
            CredentialRecord::new(id.clone(), rp_id, crate::test_ceremony::handle(7), vec![0xa5; key])
        };
        serde_json::to_string(&of("example.org", 8192)).unwrap();
        for record in [
            of("", 77),
            of("example.org", 8193),
            of("example.org", 77).with_transports(vec![Transport::Usb; 33]),
        ] {
            serde_json::to_string(&record).unwrap_err();
            serde_json::to_string(record.static_part()).unwrap_err();
        }
    }

    #[test]
    fn a_long_reason_is_cut_so_that_the_record_can_be_stored() {
        let mut flagged = record();
        flagged.flag("\u{1f511}".repeat(2000), NOW);
        let Standing::Flagged(flag) = flagged.standing() else { panic!() };
        assert_eq!(flag.reason().len(), 4096);
        let text = serde_json::to_string(&flagged).unwrap();
        assert_eq!(serde_json::from_str::<CredentialRecord>(&text).unwrap(), flagged);
    }
}
