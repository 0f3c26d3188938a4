//! `--anonymous`: a ceremony without the data of its user.
//!
//! Names, user handles, and in authentications credential IDs are not signed: they are replaced, equal ones by equal ones.
//! What a signature covers stays as it is, or the case would have another verdict.

use std::collections::BTreeMap;

use countersign::types::base64url;
use countersign::types::options::CredentialDescriptor;
use countersign::{CredentialId, CredentialRecord, RegistrationResponse, UserHandle};
use serde_json::Value;

use super::ceremony::{Account, Asked, Ceremony};
use super::record::Stored;

/// What stays in a registration, because the attestation or the response is bound to it.
const KEPT_IN_REGISTRATION: &str = "kept, because the response is bound to it: the credential ID and the public key, the \
    authenticator's model and certificates, the challenge, the RP ID and the origin";
const KEPT_IN_AUTHENTICATION: &str = "kept, because the signature covers it: the challenge, the RP ID, the origin, the flags and \
    the signature counter; and the public key, which verifies it";
const NOT_READABLE: &str =
    "the response is not an object of JSON: nothing in it was replaced, so look for names and keys in it";

/// Replaces the data of the user. Returns sentences that say what stays.
pub(crate) fn anonymise(ceremony: &mut Ceremony) -> Vec<&'static str> {
    let mut replacements = Replacements::default();
    let mut said = Vec::new();
    match &mut ceremony.asked {
        Asked::Registration(asked) => {
            let options = &mut asked.options;
            options.user.id = replacements.handle(&options.user.id);
            (options.user.name, options.user.display_name) = ("user".to_owned(), "user".to_owned());
            let own = RegistrationResponse::from_json(&ceremony.response).ok();
            let own = own.as_ref().map(|response| response.credential_id().clone());
            for id in &mut asked.registered {
                if own.as_ref() != Some(id) {
                    *id = replacements.id(id);
                }
            }
            said.push(KEPT_IN_REGISTRATION);
        }
        Asked::Authentication(asked) => {
            if let Account::Identified(handle) = &mut asked.account {
                *handle = replacements.handle(handle);
            }
            for descriptor in &mut asked.options.allow_credentials {
                *descriptor = CredentialDescriptor::new(replacements.id(&descriptor.id), []);
            }
            if let Some(stored) = &mut asked.stored {
                stored.record = replaced(stored, &mut replacements);
            }
            said.push(KEPT_IN_AUTHENTICATION);
        }
    }
    let is_registration = matches!(ceremony.asked, Asked::Registration(_));
    match serde_json::from_slice::<Value>(&ceremony.response) {
        Ok(mut response) if response.is_object() => {
            replace_in(&mut response, is_registration, &mut replacements);
            ceremony.response = response.to_string().into_bytes();
        }
        _ => said.push(NOT_READABLE),
    }
    said
}

/// The record under another ID in another account.
fn replaced(stored: &Stored, replacements: &mut Replacements) -> CredentialRecord {
    let old = &stored.record;
    let (id, user) = (replacements.id(old.id()), replacements.handle(old.user_handle()));
    CredentialRecord::new(id, old.rp_id(), user, old.public_key())
        .with_dynamic_part(old.dynamic_part().clone())
}

fn replace_in(response: &mut Value, is_registration: bool, replacements: &mut Replacements) {
    if !is_registration {
        for name in ["id", "rawId"] {
            let Some(member) = response.get_mut(name) else { continue };
            if let Some(id) = decoded(member).and_then(CredentialId::new) {
                *member = base64url::encode(replacements.id(&id)).into();
            }
        }
    }
    if let Some(member) = response.pointer_mut("/response/userHandle")
        && let Some(handle) = decoded(member).and_then(UserHandle::new)
    {
        *member = base64url::encode(replacements.handle(&handle)).into();
    }
    if let Some(results) = response.get_mut("clientExtensionResults") {
        hide(results);
    }
}

fn decoded(member: &Value) -> Option<Vec<u8>> {
    base64url::decode(member.as_str()?).ok()
}

/// Replaces each text in the results of extensions, which may be a key or a blob of the user, by as many zeros.
fn hide(results: &mut Value) {
    match results {
        Value::String(text) => *text = "A".repeat(text.len()),
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Object(members) => members.values_mut().for_each(hide),
        _ => {}
    }
}

/// Values in the place of those of the user: of the same length, and different for different ones.
#[derive(Debug, Default)]
struct Replacements {
    handles: BTreeMap<Vec<u8>, Vec<u8>>,
    ids: BTreeMap<Vec<u8>, Vec<u8>>,
}

impl Replacements {
    fn handle(&mut self, handle: &UserHandle) -> UserHandle {
        let new = replacement(&mut self.handles, handle.as_bytes());
        UserHandle::new(new).unwrap_or_else(|| handle.clone())
    }

    fn id(&mut self, id: &CredentialId) -> CredentialId {
        let new = replacement(&mut self.ids, id.as_bytes());
        CredentialId::new(new).unwrap_or_else(|| id.clone())
    }
}

/// The bytes for these: the number of the value, at the end of as many zeros.
fn replacement(known: &mut BTreeMap<Vec<u8>, Vec<u8>>, bytes: &[u8]) -> Vec<u8> {
    if let Some(new) = known.get(bytes) {
        return new.clone();
    }
    let number = u64::try_from(known.len()).unwrap_or(u64::MAX).saturating_add(1).to_be_bytes();
    let mut new = vec![0; bytes.len()];
    for (place, byte) in new.iter_mut().rev().zip(number.iter().rev()) {
        *place = *byte;
    }
    known.insert(bytes.to_vec(), new.clone());
    new
}
