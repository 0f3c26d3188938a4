//! Google's [status list of Android's attestation
//! keys](https://developer.android.com/privacy-and-security/security-key-attestation#certificate_status).

use countersign::attestation::AttestationStatusList;

use crate::{
    explanation::{Field, Note},
    json::{self, Json},
    options::Context,
    source::ANDROID_STATUS,
    words::count,
};

/// Explains a list.
pub(crate) fn explain(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let mut field = json.field("status list").with_source(ANDROID_STATUS);
    for member in json.members() {
        if member.name != "entries" {
            field.fields.push(json::generic(ctx, member.name.to_string(), &member.value, 0));
            continue;
        }
        let mut entries = member.value.field("entries");
        for entry in member.value.members() {
            if !ctx.has_room() {
                entries.notes.push(Note::info("further entries are not shown"));
                break;
            }
            let text = |name| entry.value.member(name).and_then(Json::text).unwrap_or_default().to_owned();
            let (status, reason) = (text("status"), text("reason"));
            let value = if reason.is_empty() { status } else { format!("{status}, {reason}") };
            entries.fields.push(
                Field::new(format!("serial number {}", entry.name))
                    .at(entry.value.span.range())
                    .with_value(value),
            );
        }
        field.fields.push(entries);
    }
    match AttestationStatusList::from_json(json.span.bytes()) {
        Ok(list) => field.with_value(count(list.len(), "revoked or suspended key")),
        Err(error) => field.with_note(Note::deviation(format!("the strict parser rejects it: {error}"))),
    }
}

/// Whether an object is a list: its entries have statuses.
pub(crate) fn looks_like(json: &Json<'_>) -> bool {
    json.member("entries").is_some_and(|entries| {
        entries.is_object() && entries.members().iter().all(|entry| entry.value.member("status").is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{options::Options, span::Span};

    #[test]
    fn a_status_list_has_its_entries() {
        let text = r#"{"entries":{"2c8cdddfd5e03bfc":{"status":"REVOKED","reason":"KEY_COMPROMISE"}}}"#;
        let ctx = Context::of(&Options::new());
        let field = explain(&ctx, &json::walk(Span::new(text.as_bytes())).json);
        assert_eq!(field.value.as_deref(), Some("1 revoked or suspended key"));
        assert_eq!(field.fields[0].fields[0].value.as_deref(), Some("REVOKED, KEY_COMPROMISE"));
    }
}
