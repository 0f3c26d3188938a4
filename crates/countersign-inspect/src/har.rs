//! HTTP archives: the [format](https://w3c.github.io/web-performance/specs/HAR/Overview.html).

use crate::{
    decoding,
    explanation::{Field, Note},
    json::{self, Json},
    options::Context,
    parts::Parts,
    source::HAR,
    span::Span,
    words::count,
};

/// Explains an archive: every ceremony in the bodies of its requests and responses.
pub(crate) fn explain(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let parts = parts(ctx, json);
    let found = parts.len();
    let (fields, notes) = parts.into_fields();
    let value =
        format!("{}, of which {} explained", count(entries(json).len(), "request"), count(found, "part is"));
    json.field("log")
        .with_source(HAR)
        .with_value(value.replace("part iss", "parts are"))
        .with_fields(fields)
        .with_notes(notes)
        .with_note(Note::info("requests without Web Authentication in them are left out"))
}

fn entries<'j>(json: &'j Json<'_>) -> &'j [Json<'j>] {
    json.member("log").and_then(|log| log.member("entries")).map(Json::elements).unwrap_or_default()
}

/// Finds the parts of an archive.
pub(crate) fn parts(ctx: &Context<'_>, json: &Json<'_>) -> Parts {
    let entries = entries(json);
    for entry in entries {
        if let Some(address) =
            entry.member("request").and_then(|request| request.member("url")).and_then(Json::text)
        {
            ctx.suggest_origin(address);
        }
    }
    let mut parts = Parts::default();
    for (index, entry) in entries.iter().enumerate() {
        let request = entry.member("request");
        let text = |json: Option<&Json<'_>>, name| {
            json.and_then(|json| json.member(name)).and_then(Json::text).unwrap_or_default().to_owned()
        };
        let title = format!("entry {index}, {} {}", text(request, "method"), text(request, "url"));
        if let Some(posted) = request.and_then(|request| request.member("postData")) {
            body(ctx, &mut parts, &format!("{title}, request"), posted.member("text"), None);
            for parameter in posted.member("params").map(Json::elements).unwrap_or_default() {
                let place = format!("{title}, request, field {}", text(Some(parameter), "name"));
                body(ctx, &mut parts, &place, parameter.member("value"), None);
            }
        }
        let response = entry.member("response");
        if let Some(content) = response.and_then(|response| response.member("content")) {
            let place = format!("{title}, response");
            let encoding = content.member("encoding").and_then(Json::text);
            body(ctx, &mut parts, &place, content.member("text"), encoding);
        }
    }
    parts
}

/// Finds the parts of a body, which is text, or base64 of it.
fn body(ctx: &Context<'_>, parts: &mut Parts, place: &str, text: Option<&Json<'_>>, encoding: Option<&str>) {
    let Some(text) = text.and_then(Json::text) else { return };
    let decoded = match encoding {
        Some("base64") => {
            decoding::base64_text(text).and_then(|decoded| String::from_utf8(decoded.bytes).ok())
        }
        _ => None,
    };
    let text = decoded.as_deref().unwrap_or(text);
    let percent;
    let mut text = text.trim_start();
    if !text.starts_with(['{', '[']) && text.contains("%7B%22") {
        // A form: name=value, of which a value is JSON.
        let values: Vec<_> =
            text.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value).collect();
        percent = values
            .into_iter()
            .find(|value| value.contains("%7B%22"))
            .and_then(decoding::percent)
            .unwrap_or_default();
        text = &percent;
    }
    if text.starts_with(['{', '[']) {
        parts.find(ctx, place, &json::walk(Span::new(text.as_bytes())).json);
    }
}
