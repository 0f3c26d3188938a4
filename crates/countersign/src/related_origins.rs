//! Related origins: pages of other domains that use the RP ID, and which of them a client would let do so
//! ([section 5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)).
//!
//! ```
//! use countersign::{RelyingParty, related_origins::{RelatedOriginStatus, client_accepts, judge}};
//! # fn main() -> Result<(), countersign::ConfigurationError> {
//! let rp = RelyingParty::builder("example.org", "Example")
//!     .origin("https://example.org")
//!     .related_origin("https://example.co.uk")
//!     .related_origin("https://shop.example")
//!     .build()?;
//! // To be served at https://example.org/.well-known/webauthn, as application/json.
//! let document = rp.related_origins();
//! assert_eq!(document.to_json(), r#"{"origins":["https://example.co.uk","https://shop.example"]}"#);
//! assert!(client_accepts(&document, "https://shop.example", 5));
//! assert!(!client_accepts(&document, "https://shop.example", 1));
//! let judged = judge(&document, 1);
//! assert_eq!(judged[1], ("https://shop.example", RelatedOriginStatus::BeyondBudget));
//! # Ok(())
//! # }
//! ```

pub use countersign_types::related_origins::{
    CONTENT_TYPE, RELATED_ORIGINS_JSON_MAX, RelatedOrigins, RelatedOriginsError, WELL_KNOWN_PATH,
};

use crate::{
    builder::ConfigurationError,
    origin::{WebOrigin, public_suffix::registrable_label},
    relying_party::RelyingParty,
};

/// How many distinct registrable labels every client with related origins heeds at least. The known ones heed no more.
pub const CLIENT_LABELS: usize = 5;

/// What a client makes of one origin of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RelatedOriginStatus {
    /// Pages of this origin may use the RP ID.
    Accepted,
    /// There is no web origin in a secure context in it, so it is no page's. It may still use up a label.
    NotAnOrigin,
    /// Its host is a public suffix, so it has no label, and is skipped.
    NoLabel,
    /// As many other labels as the client heeds stand before it.
    BeyondBudget,
}

/// What a client that heeds `max_labels` distinct labels makes of each item, in the document's order.
pub fn judge(document: &RelatedOrigins, max_labels: usize) -> Vec<(&str, RelatedOriginStatus)> {
    let mut seen = Vec::new();
    let judged = document.origins.iter().map(|item| (item.as_str(), status(item, max_labels, &mut seen)));
    judged.collect()
}

/// Whether a client that heeds `max_labels` distinct labels would let a page of this origin use the RP ID:
/// the [related origins validation procedure](https://www.w3.org/TR/webauthn-3/#sctn-validating-relation-origin).
pub fn client_accepts(document: &RelatedOrigins, origin: &str, max_labels: usize) -> bool {
    let is_it = |item| origin_of(item).is_some_and(|found| found == origin);
    let judged = judge(document, max_labels);
    judged.into_iter().any(|(item, status)| status == RelatedOriginStatus::Accepted && is_it(item))
}

/// One turn of the procedure's loop.
fn status(item: &str, max_labels: usize, seen: &mut Vec<String>) -> RelatedOriginStatus {
    let found = origin_of(item);
    let Some(origin) = found.as_deref().and_then(WebOrigin::parse) else {
        return RelatedOriginStatus::NotAnOrigin;
    };
    let Some(label) = registrable_label(origin.host) else { return RelatedOriginStatus::NoLabel };
    if !seen.iter().any(|earlier| earlier == label) {
        if seen.len() >= max_labels {
            return RelatedOriginStatus::BeyondBudget;
        }
        seen.push(label.to_owned());
    }
    if origin.is_secure() { RelatedOriginStatus::Accepted } else { RelatedOriginStatus::NotAnOrigin }
}

/// The origin that a URL parser finds in an item, as browsers write it: what else stands there, such as a path, doesn't
/// count. A host that is not written in ASCII letters, digits and hyphens is not looked for.
fn origin_of(item: &str) -> Option<String> {
    let (scheme, rest) = item.trim_matches(|character| character <= ' ').split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match &*scheme {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit('@').next()?.to_ascii_lowercase();
    let origin = format!("{scheme}://{}", host.strip_suffix(default_port).unwrap_or(&host));
    WebOrigin::parse(&origin).is_some().then_some(origin)
}

/// Refuses related origins that clients would.
pub(crate) fn within_budget(origins: &[String]) -> Result<(), ConfigurationError> {
    let mut seen = Vec::new();
    let mut beyond = None;
    for origin in origins {
        match status(origin, usize::MAX, &mut seen) {
            RelatedOriginStatus::Accepted => {}
            RelatedOriginStatus::NoLabel => {
                return Err(ConfigurationError::RelatedOriginWithoutLabel(origin.clone()));
            }
            _ => return Err(ConfigurationError::Origin(origin.clone())),
        }
        if seen.len() > CLIENT_LABELS {
            beyond.get_or_insert(origin);
        }
    }
    match beyond {
        None => Ok(()),
        Some(origin) => {
            Err(ConfigurationError::TooManyRelatedLabels { origin: origin.clone(), labels: seen.len() })
        }
    }
}

impl RelyingParty {
    /// The document to serve at [`WELL_KNOWN_PATH`] of the RP ID, over HTTPS and as [`CONTENT_TYPE`]: the origins given
    /// with [`related_origin`](crate::RelyingPartyBuilder::related_origin), in their order.
    ///
    /// Clients refuse one without origins, so where there are none, nothing should be served.
    pub fn related_origins(&self) -> RelatedOrigins {
        RelatedOrigins::new(self.related_origins.iter().cloned())
    }

    /// Which of this relying party's related origins a client would refuse, given the document that is served.
    pub fn missing_from(&self, document: &RelatedOrigins) -> Vec<&str> {
        let wanted = self.related_origins.iter().map(String::as_str);
        wanted.filter(|origin| !client_accepts(document, origin, CLIENT_LABELS)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_ceremony::rp;

    const COUNTRIES: [&str; 4] =
        ["https://example.co.uk", "https://example.de", "https://www.example.sg", "https://example.net:8443"];
    const BRANDS: [&str; 5] = [
        "https://one.example",
        "https://two.example",
        "https://three.example",
        "https://four.example",
        "https://five.example",
    ];

    #[test]
    fn one_label_of_many_countries_counts_once() {
        let document = RelatedOrigins::new(COUNTRIES.into_iter().chain(BRANDS).chain(["https://example.fr"]));
        let judged = judge(&document, CLIENT_LABELS);
        let accepted = |origin: &str| judged.contains(&(origin, RelatedOriginStatus::Accepted));
        assert!(COUNTRIES.into_iter().chain(BRANDS.into_iter().take(4)).all(accepted));
        assert_eq!(judged[8], ("https://five.example", RelatedOriginStatus::BeyondBudget));
        // The label was seen before the budget was used up.
        assert!(accepted("https://example.fr"));
        assert!(!client_accepts(&document, "https://six.example", 100));
        assert!(!client_accepts(&document, "https://one.example:8443", 100));
    }

    #[test]
    fn what_is_no_origin_is_skipped_and_may_use_up_a_label() {
        use RelatedOriginStatus::{Accepted, BeyondBudget, NoLabel, NotAnOrigin};
        let document = RelatedOrigins::new([
            "nonsense",
            "https://co.uk",
            "https://someone@one.example:8443/path",
            "http://two.example",
            "https://three.example",
        ]);
        let statuses: Vec<_> = judge(&document, 2).into_iter().map(|(_, status)| status).collect();
        assert_eq!(statuses, [NotAnOrigin, NoLabel, Accepted, NotAnOrigin, BeyondBudget]);
        assert!(client_accepts(&document, "https://three.example", 3));
    }

    #[test]
    fn an_item_stands_for_the_origin_that_a_url_parser_finds_in_it() {
        for item in [
            "https://shop.example/",
            "https://shop.example/path?query#fragment",
            "HTTPS://Shop.Example",
            "https://shop.example:443",
            " https://someone@shop.example\n",
        ] {
            let document = RelatedOrigins::new([item]);
            assert!(client_accepts(&document, "https://shop.example", 1), "{item}");
            assert!(!client_accepts(&document, "https://shop.example:444", 1), "{item}");
            assert!(!client_accepts(&document, item, 1), "no page has this origin: {item}");
        }
        for item in
            ["https://shop.example@evil.example", "http://shop.example", "https://shop.example.evil.example"]
        {
            assert!(!client_accepts(&RelatedOrigins::new([item]), "https://shop.example", 1), "{item}");
        }
    }

    #[test]
    fn rule_373_more_labels_than_clients_heed_are_refused() {
        let with =
            |origins: &[&str]| origins.iter().fold(rp(), |rp, origin| rp.related_origin(*origin)).build();
        with(&BRANDS).unwrap();
        with(&COUNTRIES).unwrap();
        let refused = with(&[&BRANDS[..], &COUNTRIES[..1], &["https://seven.example"]].concat()).unwrap_err();
        let origin = COUNTRIES[0].to_owned();
        assert_eq!(refused, ConfigurationError::TooManyRelatedLabels { origin, labels: 7 });
        let refused = with(&["https://github.io"]).unwrap_err();
        assert_eq!(refused, ConfigurationError::RelatedOriginWithoutLabel("https://github.io".into()));
        let refused = with(&["https://one.example/"]).unwrap_err();
        assert_eq!(refused, ConfigurationError::Origin("https://one.example/".into()));
    }

    #[test]
    fn a_document_that_lacks_an_origin_is_noticed() {
        let rp = rp().related_origin(BRANDS[0]).related_origin(BRANDS[1]).build().unwrap();
        assert_eq!(rp.missing_from(&rp.related_origins()), [""; 0]);
        assert_eq!(rp.missing_from(&RelatedOrigins::new([BRANDS[1]])), [BRANDS[0]]);
    }
}
