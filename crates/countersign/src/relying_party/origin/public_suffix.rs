//! Public suffixes, below which anybody may register a name: the
//! [Public Suffix List](https://github.com/publicsuffix/list/wiki/Format#algorithm), as the HTML standard's
//! [registrable domain](https://url.spec.whatwg.org/#host-registrable-domain) wants it.
//!
//! `public_suffix_list.txt` holds the list's rules, browsers' private section too, one a line, in A-labels and sorted by
//! their bytes; a search in it needs neither an index nor memory. `cargo xtask public-suffixes` makes it from the list in
//! the crate `psl`, against which the tests hold it too. It is under the list's own licence, the
//! [MPL 2.0](https://www.mozilla.org/MPL/2.0/).
//!
//! Why not that crate here: compiled to code as it is, the list adds 0.77 MB to every program and 17 seconds of CPU to its
//! build.

/// The notice of the licence, an empty line, and the rules.
const TABLE: &str = include_str!("public_suffix_list.txt");

fn rules() -> &'static str {
    TABLE.split_once("\n\n").map_or("", |(_, rules)| rules)
}

/// The public suffix of a domain in lower-case ASCII. A name of one label that no rule has is one.
pub(crate) fn public_suffix(domain: &str) -> &str {
    let mut name = domain;
    // The longest matching rule prevails, and an exception has a label more than the rule that it is from.
    while let Some((_, above)) = name.split_once('.') {
        if is_rule("!", name) {
            return above;
        }
        if is_rule("", name) || is_rule("*.", above) {
            return name;
        }
        name = above;
    }
    name
}

/// Whether a domain is a public suffix.
pub(crate) fn is_public_suffix(domain: &str) -> bool {
    public_suffix(domain).len() == domain.len()
}

/// The first label of a domain's registrable domain, `None` where the domain is a public suffix
/// ([section 4, "registrable origin label"](https://www.w3.org/TR/webauthn-3/#registrable-origin-label)).
pub(crate) fn registrable_label(domain: &str) -> Option<&str> {
    domain.strip_suffix(public_suffix(domain))?.strip_suffix('.')?.rsplit('.').next()
}

/// Whether the list has this rule: a search by halves over the text.
fn is_rule(prefix: &str, name: &str) -> bool {
    let mut rules = rules();
    while let Some((head, _)) = rules.split_at_checked(rules.len() >> 1) {
        let start = head.rfind('\n').map_or(0, |end| end.saturating_add(1));
        let Some((before, rest)) = rules.split_at_checked(start) else { return false };
        let (rule, after) = rest.split_once('\n').unwrap_or((rest, ""));
        if rule.is_empty() {
            return false;
        }
        rules = match rule.bytes().cmp(prefix.bytes().chain(name.bytes())) {
            core::cmp::Ordering::Less => after,
            core::cmp::Ordering::Greater => before,
            core::cmp::Ordering::Equal => return true,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use psl::Psl as _;

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
            assert_eq!(public_suffix(domain), suffix, "{domain}");
            assert_eq!(is_public_suffix(domain), domain == suffix, "{domain}");
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
            assert_eq!(registrable_label(domain), label, "{domain}");
        }
    }

    #[test]
    fn each_rule_is_found_where_it_stands_and_reads_as_in_the_crate_psl() {
        let rules: Vec<_> = rules().lines().collect();
        assert!(rules.len() > 9000 && rules.is_sorted());
        for rule in rules {
            assert!(is_rule("", rule), "{rule}");
            let name = rule.trim_start_matches('!').replace('*', "any");
            for domain in [name.clone(), format!("below.{name}"), format!("a.below.{name}")] {
                let theirs = psl::List.suffix(domain.as_bytes()).unwrap();
                assert_eq!(public_suffix(&domain).as_bytes(), theirs.as_bytes(), "{domain}");
            }
        }
    }

    #[test]
    fn what_is_no_rule_is_not_found() {
        for name in ["", "a", "zzzz", "org.", "!", "*", "\n", "ac\nacademy"] {
            assert!(!is_rule("", name), "{name:?}");
        }
    }
}
