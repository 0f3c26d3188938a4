//! Related origins: pages of other domains that use the RP ID, and which of them clients accept
//! ([section 5.11](https://www.w3.org/TR/webauthn-3/#sctn-related-origins)).
//!
//! ```
//! # #[cfg(feature = "psl")]
//! # fn main() -> Result<(), countersign::ConfigurationError> {
//! use countersign::{
//!     RelyingParty,
//!     relying_party::{PublicSuffixList, related_origins::{RelatedOriginStatus, client_accepts, judge}},
//! };
//! let rp = RelyingParty::builder("example.org", "Example")
//!     .origin("https://example.org")
//!     .related_origin("https://example.co.uk")
//!     .related_origin("https://shop.example")
//!     .build()?;
//! // To be served at https://example.org/.well-known/webauthn, as application/json.
//! let document = rp.related_origins();
//! assert_eq!(document.to_json(), r#"{"origins":["https://example.co.uk","https://shop.example"]}"#);
//! assert!(client_accepts(&document, "https://shop.example", 5, &PublicSuffixList));
//! assert!(!client_accepts(&document, "https://shop.example", 1, &PublicSuffixList));
//! let judged = judge(&document, 1, &PublicSuffixList);
//! assert_eq!(judged[1], ("https://shop.example", RelatedOriginStatus::BeyondBudget));
//! # Ok(())
//! # }
//! # #[cfg(not(feature = "psl"))]
//! # fn main() {}
//! ```

pub use countersign_types::related_origins::{
    CONTENT_TYPE, RELATED_ORIGINS_JSON_MAX, RelatedOrigins, RelatedOriginsError, WELL_KNOWN_PATH,
};

use crate::relying_party::{
    origin::WebOrigin, party::RelyingParty, public_suffixes::PublicSuffixes, related_origins::budget::Budget,
};

pub(crate) mod budget;
pub(crate) mod item;

pub use budget::{CLIENT_LABELS, RelatedOriginStatus};

use item::{Item, read};

/// Returns the status of each item for a client that supports `max_labels` distinct labels, in the document's order.
///
/// Labels are counted correctly only with a complete list of public suffixes.
pub fn judge<'a>(
    document: &'a RelatedOrigins,
    max_labels: usize,
    suffixes: &dyn PublicSuffixes,
) -> Vec<(&'a str, RelatedOriginStatus)> {
    let mut budget = Budget::new(max_labels);
    let judged =
        document.origins.iter().map(|item| (item.as_str(), budget.spend_on(&read(item, None, suffixes))));
    judged.collect()
}

/// Whether a client that supports `max_labels` distinct labels lets a page of this origin use the RP ID:
/// the [related origins validation procedure](https://www.w3.org/TR/webauthn-3/#sctn-validating-relation-origin).
///
/// `false` if the document has items before the origin's that are [`Unknown`](RelatedOriginStatus::Unknown) and may use up
/// the last label.
pub fn client_accepts(
    document: &RelatedOrigins,
    origin: &str,
    max_labels: usize,
    suffixes: &dyn PublicSuffixes,
) -> bool {
    let mut budget = Budget::new(max_labels);
    // The client has parsed the page's own address.
    let host = WebOrigin::parse(origin).map(|origin| origin.host);
    document.origins.iter().any(|item| {
        let item = read(item, host, suffixes);
        let status = budget.spend_on(&item);
        status == RelatedOriginStatus::Accepted
            && matches!(item, Item::Found(it) if it.origin.as_deref() == Some(origin))
    })
}

impl RelyingParty {
    /// The document to serve at [`WELL_KNOWN_PATH`] of the RP ID, over HTTPS and as [`CONTENT_TYPE`]: the origins given
    /// with [`related_origin`](crate::RelyingPartyBuilder::related_origin), in their order.
    ///
    /// Clients reject a document without origins: if there are none, serve nothing.
    pub fn related_origins(&self) -> RelatedOrigins {
        RelatedOrigins::new(self.related_origins.iter().cloned())
    }

    /// Returns this relying party's related origins that a client would or might reject, given the served document.
    ///
    /// If the relying party was built without [`public_suffixes`](crate::RelyingPartyBuilder::public_suffixes), labels can't be
    /// counted correctly: an origin may then be missing here, or be here wrongly, if the document has several domains.
    pub fn missing_from(&self, document: &RelatedOrigins) -> Vec<&str> {
        let wanted = self.related_origins.iter().map(String::as_str);
        wanted
            .filter(|origin| !client_accepts(document, origin, CLIENT_LABELS, self.public_suffixes()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::relying_party::{configuration_error::ConfigurationError, public_suffixes::PublicSuffixList};
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
        let judged = judge(&document, CLIENT_LABELS, &PublicSuffixList);
        let accepted = |origin: &str| judged.contains(&(origin, RelatedOriginStatus::Accepted));
        assert!(COUNTRIES.into_iter().chain(BRANDS.into_iter().take(4)).all(accepted));
        assert_eq!(judged[8], ("https://five.example", RelatedOriginStatus::BeyondBudget));
        // The label was seen before the budget was used up.
        assert!(accepted("https://example.fr"));
        assert!(!client_accepts(&document, "https://six.example", 100, &PublicSuffixList));
        assert!(!client_accepts(&document, "https://one.example:8443", 100, &PublicSuffixList));
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
        let statuses: Vec<_> =
            judge(&document, 2, &PublicSuffixList).into_iter().map(|(_, status)| status).collect();
        assert_eq!(statuses, [NotAnOrigin, NoLabel, Accepted, NotAnOrigin, BeyondBudget]);
        assert!(client_accepts(&document, "https://three.example", 3, &PublicSuffixList));
    }

    #[test]
    fn an_item_that_only_a_client_can_read_may_use_up_a_label() {
        use RelatedOriginStatus::{Accepted, BeyondBudget, NotAnOrigin, Unknown};
        // Each of these is one label more to a browser.
        for item in [
            "https:two.example",
            "https:/two.example",
            "\\\\https:\\\\two.example",
            "https://tw%6f.example",
            "https://two.example.",
            "https://\u{fc}.example",
            "https://xn--n3h.example",
            "ftp://two.example",
            "wss://two.example",
            "custom://two.example",
            "blob:https://two.example/1",
        ] {
            let item = item.trim_start_matches('\\');
            let document = RelatedOrigins::new(["https://one.example", item, "https://three.example"]);
            let statuses: Vec<_> =
                judge(&document, 2, &PublicSuffixList).into_iter().map(|(_, status)| status).collect();
            assert!(
                matches!(statuses[..], [Accepted, Accepted | NotAnOrigin | Unknown, BeyondBudget | Unknown]),
                "{item}: {statuses:?}"
            );
            assert!(!client_accepts(&document, "https://three.example", 2, &PublicSuffixList), "{item}");
            assert!(client_accepts(&document, "https://three.example", 3, &PublicSuffixList), "{item}");
        }
        // What comes after a budget that is certainly used up is certain again.
        let document = RelatedOrigins::new([
            "https://one.example",
            "https://\u{fc}.example",
            "https://one.example:1",
            "https://two.example",
        ]);
        let statuses: Vec<_> =
            judge(&document, 1, &PublicSuffixList).into_iter().map(|(_, status)| status).collect();
        assert_eq!(statuses, [Accepted, Unknown, Accepted, BeyondBudget]);
    }

    #[test]
    fn a_name_in_other_letters_is_accepted_as_the_origin_that_browsers_write() {
        for origin in ["https://xn--bcher-kva.example", "https://xn--n3h.example"] {
            let rp = rp().related_origin(origin).build().unwrap();
            assert_eq!(rp.missing_from(&rp.related_origins()), [""; 0]);
        }
        let judged =
            judge(&RelatedOrigins::new(["https://xn--bcher-kva.example"]), 1, &PublicSuffixList)[0].1;
        assert_eq!(judged, RelatedOriginStatus::Accepted);
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
            assert!(client_accepts(&document, "https://shop.example", 1, &PublicSuffixList), "{item}");
            assert!(!client_accepts(&document, "https://shop.example:444", 1, &PublicSuffixList), "{item}");
            assert!(
                !client_accepts(&document, item, 1, &PublicSuffixList),
                "no page has this origin: {item}"
            );
        }
        for item in
            ["https://shop.example@evil.example", "http://shop.example", "https://shop.example.evil.example"]
        {
            assert!(
                !client_accepts(&RelatedOrigins::new([item]), "https://shop.example", 1, &PublicSuffixList),
                "{item}"
            );
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
    fn rule_373_labels_are_not_counted_without_public_suffixes() {
        let with = |origins: &[&str]| {
            let rp = RelyingParty::builder("example.org", "Example").origin("https://example.org");
            origins.iter().fold(rp, |rp, origin| rp.related_origin(*origin)).build()
        };
        // One label below six public suffixes of two labels.
        with(&[
            "https://example.co.uk",
            "https://example.com.au",
            "https://example.org.nz",
            "https://example.net.br",
            "https://example.or.jp",
            "https://example.gov.za",
        ])
        .unwrap();
        let rejected = with(&["https://localhost"]).unwrap_err();
        assert_eq!(rejected, ConfigurationError::RelatedOriginWithoutLabel("https://localhost".into()));
    }

    #[test]
    fn a_document_that_lacks_an_origin_is_noticed() {
        let rp = rp().related_origin(BRANDS[0]).related_origin(BRANDS[1]).build().unwrap();
        assert_eq!(rp.missing_from(&rp.related_origins()), [""; 0]);
        assert_eq!(rp.missing_from(&RelatedOrigins::new([BRANDS[1]])), [BRANDS[0]]);
    }
}
