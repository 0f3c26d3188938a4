//! JSON Web Keys: [RFC 7517, section 4](https://www.rfc-editor.org/rfc/rfc7517#section-4).

use countersign::cose::PublicKey;
use countersign::types::Code;

use super::judged;
use crate::{
    binary,
    explanation::{Field, Note},
    json::Json,
    object::{self, Member, Others, Shape, Table},
    options::Context,
    source::rfc,
};

static JWK: Table = Table {
    source: rfc!("7517", "section-4"),
    members: &[
        Member::required("kty", Shape::Text, &[]),
        Member::optional("alg", Shape::Text),
        Member::optional("crv", Shape::Text),
        Member::optional("x", Shape::Bytes(binary::plain)),
        Member::optional("y", Shape::Bytes(binary::plain)),
        Member::optional("n", Shape::Bytes(binary::plain)),
        Member::optional("e", Shape::Bytes(binary::plain)),
        Member::optional("pub", Shape::Bytes(binary::plain)),
        Member::optional("kid", Shape::Text),
        Member::optional("use", Shape::Text),
        Member::optional("key_ops", Shape::List(&Shape::Text)),
        Member::optional("ext", Shape::Boolean).means("a member of the Web Cryptography API"),
        Member::optional("d", Shape::Other(secret)),
        Member::optional("p", Shape::Other(secret)),
        Member::optional("q", Shape::Other(secret)),
        Member::optional("dp", Shape::Other(secret)),
        Member::optional("dq", Shape::Other(secret)),
        Member::optional("qi", Shape::Other(secret)),
        Member::optional("priv", Shape::Other(secret)),
    ],
    others: Others::Unknown,
    code: Some(Code::PublicKeyMalformed),
};

/// Explains a key.
pub(crate) fn explain(ctx: &Context<'_>, json: &Json<'_>) -> Field {
    let field = object::explain(ctx, "JSON Web Key", json, &JWK);
    judged(field, PublicKey::from_jwk(json.span.bytes()))
}

fn secret(_: &Context<'_>, json: &Json<'_>) -> Field {
    let note = Note::deviation("a member of a private key: its value is not shown");
    Field::new("")
        .at(json.span.range())
        .with_note(note.with_code(Code::PublicKeyMalformed).with_rules(&[112]))
}
