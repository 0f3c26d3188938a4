//! Origins ([RFC 6454, section 6.2](https://www.rfc-editor.org/rfc/rfc6454#section-6.2)) and RP IDs
//! ([section 4](https://www.w3.org/TR/webauthn-3/#rp-id)).

use core::net::IpAddr;

use countersign::cose::hash::sha256;
use countersign::types::{Code, base64url};
use countersign::{ConfigurationError, RelyingParty, RelyingPartyBuilder};

use crate::{
    explanation::{Field, Note, NoteKind},
    kind::Kind,
    options::Context,
    source::{rfc, webauthn},
    span::Span,
};

/// The most characters of an origin or an RP ID: a scheme, a domain of 253, a port, and some to spare for a path.
const TEXT_MAX: usize = 512;

/// How origins begin, and the names of their kinds.
const SCHEMES: [(&str, &str); 6] = [
    ("https://", "a page"),
    ("http://", "a page"),
    ("android:", "an Android app"),
    ("ios:", "an iOS app"),
    ("chrome-extension://", "an extension of Chromium"),
    ("moz-extension://", "an extension of Firefox"),
];

/// What names of files end in. No text with such an end is recognised as an RP ID.
const FILES: [&str; 16] = [
    "json", "jwt", "har", "bin", "pem", "der", "txt", "cbor", "crt", "cer", "log", "hex", "jwk", "csv",
    "toml", "crl",
];

/// The kind of a text that is an origin or an RP ID.
pub(crate) fn kind(text: &str) -> Option<Kind> {
    let is_word = text.len() <= TEXT_MAX && !text.chars().any(char::is_whitespace) && !text.contains("%7B");
    if !is_word {
        return None;
    }
    if SCHEMES.iter().any(|(start, _)| text.starts_with(start)) {
        return Some(Kind::Origin);
    }
    let last = text.rsplit('.').next().unwrap_or_default();
    let is_domain = text.contains('.')
        && !text.starts_with("eyJ")
        && text.chars().all(|it| it.is_alphanumeric() || matches!(it, '.' | '-' | '_'))
        && text.split('.').all(|label| (1..=63).contains(&label.len()))
        && last.chars().all(char::is_alphabetic)
        && last.chars().count() > 1
        && !FILES.contains(&last);
    let is_address = text.parse::<IpAddr>().is_ok();
    (is_domain || is_address || text == "localhost").then_some(Kind::RpId)
}

/// A remark on the origin in client data: why a relying party rejects it whatever it accepts, or what it is besides a page.
pub(crate) fn remark(text: &str) -> Option<Note> {
    let mismatch =
        |text: &str, rule| Some(Note::deviation(text).with_code(Code::OriginMismatch).with_rules(&[rule]));
    match text.split_once(':') {
        Some(("android", _)) => {
            Some(Note::info("an Android app, by the hash of the certificate that signs it"))
        }
        Some(("ios", _)) => Some(Note::info("an iOS app, by its bundle identifier")),
        Some(("http", rest)) if !rest.starts_with("//localhost") => {
            mismatch("http is accepted for localhost only", 39)
        }
        Some(("http" | "https", rest)) if rest.trim_start_matches('/').contains('/') => {
            mismatch("an origin has no path and no slash at its end", 40)
        }
        Some(("http" | "https", _)) if !text.is_ascii() => {
            mismatch("an origin is ASCII: names in other scripts begin with xn--", 43)
        }
        Some(_) => None,
        None => mismatch("not an origin", 40),
    }
}

/// Explains an origin that is all of a text.
pub(crate) fn explain(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let shown = String::from_utf8_lossy(span.bytes()).into_owned();
    let text = shown.trim();
    let of = SCHEMES.iter().find(|(start, _)| text.starts_with(start)).map(|(_, of)| *of);
    let field = Field::new("origin")
        .at(span.range())
        .with_source(rfc!("6454", "section-6.2"))
        .with_value(format!("{text:?}{}", of.map(|of| format!(", of {of}")).unwrap_or_default()));
    let field = field.with_notes(remark(text));
    if let Some(hash) = text.strip_prefix("android:apk-key-hash:") {
        return android(field, hash).with_note(verdict(with_pages().app_origin(text)));
    }
    if text.starts_with("ios:") || text.starts_with("android:") {
        return field.with_note(verdict(with_pages().app_origin(text)));
    }
    if text.contains("-extension://") {
        let note =
            Note::info("an extension may use the RP IDs of the hosts that its manifest has permissions for");
        return field.with_note(note).with_note(verdict(with_pages().extension_origin(text)));
    }
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) => {
            (host, Some(port))
        }
        _ => (authority, None),
    };
    let field = field.with_field(Field::new("host").with_value(format!("{host:?}")));
    let field = match port {
        Some(port) => field.with_field(Field::new("port").with_value(port)),
        None => field,
    };
    // Browsers write hosts in lower case. What has other characters is more than a host, such as a list of origins.
    let host = host.to_lowercase();
    let is_host =
        host.chars().all(|it| it.is_alphanumeric() || matches!(it, '.' | '-' | '_' | '[' | ']' | ':'));
    let field =
        if is_host && !host.contains("//") { domains(field, ctx, &host, &rp_ids(ctx, &host)) } else { field };
    field.with_note(verdict_on_page(text))
}

/// Explains an RP ID that is all of a text.
pub(crate) fn explain_rp_id(ctx: &Context<'_>, span: Span<'_>) -> Field {
    let shown = String::from_utf8_lossy(span.bytes()).into_owned();
    let text = shown.trim();
    let scheme = if text == "localhost" { "http" } else { "https" };
    let field = Field::new("RP ID")
        .at(span.range())
        .with_source(webauthn!("rp-id"))
        .with_value(format!("{text:?}"))
        .with_field(
            Field::bytes("rpIdHash", Span::new(&sha256(&[text.as_bytes()])))
                .with_source(webauthn!("rpidhash")),
        );
    let mut field = domains(field, ctx, text, &rp_ids(ctx, text));
    if let Some(hash) = field.fields.first_mut() {
        // It is computed, and has no place in the input.
        hash.range = None;
    }
    let verdict = verdict(party(text).origin(format!("{scheme}://{text}")));
    let is_good = verdict.kind == NoteKind::Info;
    field.with_note(verdict).with_notes(is_good.then(|| {
        Note::info(format!(
            "pages at {scheme}://{text} and at the domains below it may use it; a server accepts only the origins that it lists"
        ))
    }))
}

/// The certificate of an Android app, as the tools of Android print its hash.
fn android(field: Field, hash: &str) -> Field {
    let field = match base64url::decode(hash) {
        Ok(bytes) if bytes.len() == 32 => {
            let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
            let value = format!("{}, as keytool and assetlinks.json write it", digits.join(":"));
            field.with_field(Field::new("SHA-256 of the signing certificate").with_value(value))
        }
        Ok(bytes) => {
            field.with_note(Note::deviation(format!("the hash has {} bytes, SHA-256 has 32", bytes.len())))
        }
        Err(error) => field.with_note(Note::deviation(format!("the hash is not base64url: {error}"))),
    };
    field.with_note(Note::info(
        "the app may use an RP ID if https://RP_ID/.well-known/assetlinks.json lists this certificate for get_login_creds",
    ))
}

/// Adds what may be registered of a host, and the RP IDs that its pages may use.
fn domains(field: Field, ctx: &Context<'_>, host: &str, rp_ids: &[&str]) -> Field {
    if host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok() {
        let note = Note::deviation(
            "an IP address is no RP ID, so that no page there can use passkeys; use a name, such as localhost",
        );
        return field.with_note(note.with_rules(&[369]));
    }
    let field = match (ctx.public_suffixes, rp_ids.last()) {
        (Some(list), Some(registrable)) if *registrable != "localhost" => field
            .with_field(Field::new("public suffix").with_value(list.public_suffix(registrable)))
            .with_field(Field::new("registrable domain").with_value(*registrable)),
        (Some(list), None) if list.public_suffix(host) == host => {
            let text = "a public suffix, below which anyone may register a name: no RP ID";
            field.with_note(Note::deviation(text).with_rules(&[370]))
        }
        _ => field,
    };
    if rp_ids.is_empty() {
        return field;
    }
    field.with_field(Field::new("RP IDs that its pages may use").with_value(rp_ids.join(", ")))
}

/// The RP IDs that the pages of a host may use: the host, and the domains above it up to the registrable one.
fn rp_ids<'h>(ctx: &Context<'_>, host: &'h str) -> Vec<&'h str> {
    if host == "localhost" {
        return vec![host];
    }
    let suffix = ctx.public_suffixes.map_or_else(
        || host.rsplit('.').next().unwrap_or_default().len(),
        |list| list.public_suffix(host).len(),
    );
    let above = core::iter::successors(Some(host), |domain| domain.split_once('.').map(|(_, above)| above));
    above.take_while(|domain| domain.len() > suffix && domain.contains('.')).collect()
}

/// What is wrong with a text as an RP ID, and what to write, as the library says it.
pub(crate) fn rp_id_fault(text: &str) -> Option<String> {
    match party(text).origin("https://example.org").build() {
        Err(error @ ConfigurationError::RpId(_)) => Some(error.to_string()),
        _ => None,
    }
}

/// What the relying party of the library says when it is configured like this.
fn verdict(party: RelyingPartyBuilder) -> Note {
    match party.build() {
        // The RP ID is a stand-in for that of the reader.
        Ok(_) | Err(ConfigurationError::OriginOutsideRpId { .. }) => {
            Note::info("a server can be configured to accept it")
        }
        Err(error) => Note::deviation(format!("no server can be configured with it: {error}")),
    }
}

/// The verdict on an origin of pages.
fn verdict_on_page(origin: &str) -> Note {
    verdict(party("example.org").origin(origin))
}

fn party(rp_id: &str) -> RelyingPartyBuilder {
    RelyingParty::builder(rp_id, "inspect")
}

/// A relying party with pages, whose further origin is to be judged.
fn with_pages() -> RelyingPartyBuilder {
    party("example.org").origin("https://example.org")
}

#[cfg(test)]
mod tests {
    use countersign::relying_party::PublicSuffixes;

    use super::*;
    use crate::options::Options;

    /// The suffixes `org` and `github.io`.
    #[derive(Debug)]
    struct Suffixes;

    impl PublicSuffixes for Suffixes {
        fn public_suffix<'a>(&self, domain: &'a str) -> &'a str {
            let start = domain.len().saturating_sub("github.io".len());
            let end = domain.get(start..).filter(|end| *end == "github.io");
            end.unwrap_or_else(|| domain.rsplit('.').next().unwrap_or_default())
        }
    }

    fn of(text: &str) -> Field {
        let options = Options::new().with_public_suffixes(&Suffixes);
        let ctx = Context::of(&options);
        match kind(text).unwrap_or_else(|| panic!("{text}")) {
            Kind::Origin => explain(&ctx, Span::new(text.as_bytes())),
            _ => explain_rp_id(&ctx, Span::new(text.as_bytes())),
        }
    }

    fn value<'f>(field: &'f Field, name: &str) -> &'f str {
        let part = field.fields.iter().find(|part| part.name == name);
        part.and_then(|part| part.value.as_deref()).unwrap_or_else(|| panic!("{name}: {field:?}"))
    }

    fn deviations(field: &Field) -> String {
        let notes = field.notes.iter().filter(|note| note.kind == NoteKind::Deviation);
        notes.map(|note| note.text.as_str()).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn origins_and_rp_ids_are_recognised_and_names_of_files_are_not() {
        for (text, expected) in [
            ("https://example.org", Some(Kind::Origin)),
            ("http://127.0.0.1:9499", Some(Kind::Origin)),
            ("android:apk-key-hash:AA", Some(Kind::Origin)),
            ("ios:bundle-id:org.example.App", Some(Kind::Origin)),
            ("moz-extension://abc", Some(Kind::Origin)),
            ("example.org", Some(Kind::RpId)),
            ("eyes.example.org", Some(Kind::RpId)),
            ("пример.рф", Some(Kind::RpId)),
            ("192.168.1.20", Some(Kind::RpId)),
            ("localhost", Some(Kind::RpId)),
            ("intranet", None),
            ("response.json", None),
            ("a b.org", None),
            ("eyJhbGciOiJSUzI1NiJ9.e30.AA", None),
            ("https://a.example/?%7B%22id%22%7D", None),
            ("v1.2.3", None),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn an_origin_has_its_registrable_domain_and_the_rp_ids_of_its_pages() {
        let field = of("https://a.login.example.org:8443");
        assert_eq!((value(&field, "host"), value(&field, "port")), ("\"a.login.example.org\"", "8443"));
        assert_eq!(value(&field, "registrable domain"), "example.org");
        let rp_ids = "a.login.example.org, login.example.org, example.org";
        assert_eq!(value(&field, "RP IDs that its pages may use"), rp_ids);
        assert_eq!(deviations(&field), "");
        let field = of("https://a.b.github.io");
        assert_eq!(value(&field, "registrable domain"), "b.github.io");
        assert!(deviations(&of("https://github.io")).contains("a public suffix"));
        assert_eq!(value(&of("http://localhost:8080"), "RP IDs that its pages may use"), "localhost");
    }

    #[test]
    fn what_is_wrong_with_an_origin_is_said_with_what_to_write() {
        for (text, parts) in [
            ("https://example.org/", &["no slash at its end", "write https://example.org"][..]),
            ("https://example.org:443", &["write https://example.org"]),
            ("https://Example.org", &["write https://example.org"]),
            ("http://example.org", &["localhost only"]),
            ("http://127.0.0.1:9499", &["an IP address is no RP ID"]),
            ("https://[::1]:8080", &["an IP address is no RP ID"]),
            ("https://пример.рф", &["begin with xn--", "write https://xn--e1afmkfd.xn--p1ai"]),
            ("https://a.org,https://b.org", &["it is a list; give each origin by itself"]),
            ("android:apk-key-hash:AAAA", &["the hash has 3 bytes"]),
            ("chrome-extension://abc", &["32 letters"]),
        ] {
            let said = deviations(&of(text));
            for part in parts {
                assert!(said.contains(part), "{text}: {said}");
            }
        }
    }

    #[test]
    fn an_app_has_the_hash_as_its_tools_print_it() {
        let field = of("android:apk-key-hash:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
        assert!(value(&field, "SHA-256 of the signing certificate").starts_with("00:01:02:03:"));
        assert_eq!(deviations(&field), "");
        assert_eq!(deviations(&of("ios:bundle-id:org.example.App")), "");
        assert_eq!(value(&of("https://Example.org"), "registrable domain"), "example.org");
    }

    #[test]
    fn an_rp_id_has_its_hash_and_says_what_is_wrong() {
        let field = of("example.org");
        let hash = field.fields[0].hex.as_deref().unwrap();
        assert_eq!(hash, "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5");
        assert_eq!(deviations(&field), "");
        assert!(deviations(&of("192.168.1.20")).contains("an IP address is no RP ID"));
        assert!(deviations(&of("Example.org")).contains("write example.org"));
        assert!(deviations(&of("пример.рф")).contains("write xn--e1afmkfd.xn--p1ai"));
        assert!(deviations(&of("github.io")).contains("below which anyone may register a name"));
    }
}
