//! Sealed states of Countersign: the part that is readable without a key.

use crate::{
    binary::Layout,
    explanation::{Field, Note},
    options::Context,
    span::Span,
};

/// The version of tokens that this crate describes.
const VERSION: u64 = 3;

/// Version, kind, key, two hashes of 8 bytes, a nonce of 24 and a tag of 16.
const LENGTH_MIN: usize = 62;

/// What defines the form.
const SOURCE: &str = "https://docs.rs/countersign/latest/countersign/ceremony/sealed/";

/// Explains the bytes of a token that are all of a span.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let mut layout = Layout::new(span);
    if layout.number("version", 1).is_some_and(|version| version != VERSION) {
        layout.last(|field| field.with_note(Note::deviation(format!("version {VERSION} expected"))));
    }
    if let Some(kind) = layout.number("kind", 1) {
        let name = kind_name(kind).unwrap_or("unknown");
        layout.last(|field| field.with_value(format!("{kind} ({name})")));
    }
    layout.number("key number", 4);
    if let Some(hash) = layout.take("RP ID hash", 8)
        && let Some(rp_id) = ctx.rp_id_with_prefix(hash.bytes())
    {
        layout.last(|field| field.with_value(format!("the first bytes of SHA-256 of {rp_id:?}")));
    }
    layout.take("purpose hash", 8);
    layout.take("nonce", 24);
    let sealed = layout.rest.len().saturating_sub(16);
    layout.take("ciphertext", sealed);
    layout.take("tag", 16);
    let mut field = Field::new("sealed state").at(span.range()).with_source(SOURCE);
    field.fields = layout.fields;
    field.with_note(Note::info("only the key ring of the server can open and check the rest"))
}

const fn kind_name(kind: u64) -> Option<&'static str> {
    match kind {
        1 => Some("registration"),
        2 => Some("authentication"),
        3 => Some("bound authentication"),
        _ => None,
    }
}

/// Whether bytes have the form of a token: they are that long, and version and kind are known.
pub(crate) fn looks_like(span: Span<'_>) -> bool {
    span.len() > LENGTH_MIN
        && span.first(1).number() == VERSION
        && kind_name(span.skip(1).first(1).number()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;

    #[test]
    fn the_open_parts_have_their_names() {
        let bytes = [&[3, 2, 0, 0, 0, 7][..], &[1; 8], &[2; 8], &[3; 24], &[4; 40], &[5; 16]].concat();
        let field = explain(&Context::of(&Options::new()), Span::new(&bytes));
        let values: Vec<_> =
            field.fields.iter().map(|part| (&*part.name, part.value.clone().unwrap())).collect();
        assert_eq!(values[1], ("kind", "2 (authentication)".to_owned()));
        assert_eq!(values[2], ("key number", "7".to_owned()));
        assert_eq!(values[6], ("ciphertext", "40 bytes".to_owned()));
        assert!(looks_like(Span::new(&bytes)));
        assert!(!looks_like(Span::new(&bytes[..62])));
        let short = explain(&Context::of(&Options::new()), Span::new(&bytes[..30]));
        assert_eq!(short.first_fault().unwrap().path, ["sealed state", "nonce"]);
    }
}
