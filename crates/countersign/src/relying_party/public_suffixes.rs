//! Public suffixes, below which anyone may register a name: the
//! [Public Suffix List](https://github.com/publicsuffix/list/wiki/Format#algorithm), as the HTML standard's
//! [registrable domain](https://url.spec.whatwg.org/#host-registrable-domain) needs it.
//!
//! The list changes every week, so that it is a value that the relying party is built with, and not part of this crate.

use core::fmt;

/// A list of public suffixes, such as `com` and `co.uk`.
///
/// The feature `psl` brings `PublicSuffixList`, which is the list in the crate `psl`. A program that keeps the list up to
/// date by itself implements this trait.
pub trait PublicSuffixes: fmt::Debug + Send + Sync {
    /// Returns the public suffix of `domain`, which is in lower-case ASCII: its end from some label on, at least the last
    /// one. A domain that is a public suffix itself is returned whole, and a domain without a matching rule has its last
    /// label.
    ///
    /// It must follow the private section of the list too, as browsers do.
    fn public_suffix<'a>(&self, domain: &'a str) -> &'a str;
}

/// The Public Suffix List in the crate `psl`, compiled in: as old as the version of that crate.
#[cfg(any(test, feature = "psl"))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no settings")]
pub struct PublicSuffixList;

#[cfg(any(test, feature = "psl"))]
impl PublicSuffixes for PublicSuffixList {
    fn public_suffix<'a>(&self, domain: &'a str) -> &'a str {
        use psl::Psl as _;
        let suffix =
            psl::List.suffix(domain.as_bytes()).map_or(domain.len(), |suffix| suffix.as_bytes().len());
        domain.len().checked_sub(suffix).and_then(|start| domain.get(start..)).unwrap_or(domain)
    }
}

/// The suffixes that are known without a list: single labels.
#[derive(Debug)]
pub(crate) struct SingleLabels;

impl PublicSuffixes for SingleLabels {
    fn public_suffix<'a>(&self, domain: &'a str) -> &'a str {
        domain.rsplit_once('.').map_or(domain, |(_, last)| last)
    }
}

/// Whether a domain is a public suffix.
pub(crate) fn is_public_suffix(suffixes: &dyn PublicSuffixes, domain: &str) -> bool {
    suffixes.public_suffix(domain).len() == domain.len()
}

/// The first label of a domain's registrable domain; `None` if the domain is a public suffix
/// ([section 4, "registrable origin label"](https://www.w3.org/TR/webauthn-3/#registrable-origin-label)).
pub(crate) fn registrable_label<'a>(suffixes: &dyn PublicSuffixes, domain: &'a str) -> Option<&'a str> {
    domain.strip_suffix(suffixes.public_suffix(domain))?.strip_suffix('.')?.rsplit('.').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suffixes_are_found_by_rule_wildcard_and_exception() {
        for (domain, suffix) in [
            ("example.org", "org"),
            ("login.example.co.uk", "co.uk"),
            ("co.uk", "co.uk"),
            ("org", "org"),
            ("someone.github.io", "github.io"),
            ("github.io", "github.io"),
            ("a.b.ck", "b.ck"),
            ("b.ck", "b.ck"),
            ("www.ck", "ck"),
            ("a.www.ck", "ck"),
            ("city.kobe.jp", "kobe.jp"),
            ("a.b.kobe.jp", "b.kobe.jp"),
            ("localhost", "localhost"),
            ("app.localhost", "localhost"),
            ("intranet", "intranet"),
            ("a.b.c.example", "example"),
            ("xn--85x722f.xn--55qx5d.cn", "xn--55qx5d.cn"),
        ] {
            assert_eq!(PublicSuffixList.public_suffix(domain), suffix, "{domain}");
            assert_eq!(is_public_suffix(&PublicSuffixList, domain), domain == suffix, "{domain}");
        }
    }

    #[test]
    fn without_a_list_the_suffix_is_the_last_label() {
        for (domain, suffix) in [("example.co.uk", "uk"), ("example.org", "org"), ("intranet", "intranet")] {
            assert_eq!(SingleLabels.public_suffix(domain), suffix, "{domain}");
        }
    }

    #[test]
    fn the_label_is_the_one_before_the_suffix() {
        for (domain, label) in [
            ("example.co.uk", Some("example")),
            ("www.example.de", Some("example")),
            ("someone.github.io", Some("someone")),
            ("co.uk", None),
            ("localhost", None),
        ] {
            assert_eq!(registrable_label(&PublicSuffixList, domain), label, "{domain}");
        }
    }
}
