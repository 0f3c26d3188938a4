//! What a test asserts, as a word of [`Code`] or as the variant of an error that has no code.

use std::collections::{BTreeMap, BTreeSet};

use countersign::types::Code;

use crate::tidy::{Tree, server_codes, test_code};

/// How the enums of the libraries lead to codes, read from their `code()` and `From` implementations.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    /// `Enum::Variant` to the words that `code()` returns for it; `Enum::*` where it is one for all.
    codes: BTreeMap<String, BTreeSet<&'static str>>,
    /// `Enum` to the `Enum::Variant` that it is wrapped in.
    wrapped: BTreeMap<String, Vec<String>>,
    /// `Enum::Variant` of errors that have no code: those of configuration, and the parsers' own.
    plain: BTreeSet<String>,
    /// The codes that the server has of its own.
    server: BTreeSet<String>,
}

impl Outcomes {
    pub(super) fn of(tree: &Tree) -> Self {
        let server = server_codes(tree).into_iter().map(str::to_owned).collect();
        let mut outcomes = Self { server, ..Self::default() };
        for (path, text) in tree.rust().filter(|(path, _)| path.starts_with("crates/")) {
            let code = text.strip_suffix(test_code(path, text)).unwrap_or(text);
            outcomes.add(code);
        }
        outcomes
    }

    fn add(&mut self, source: &str) {
        for (head, block) in blocks(source) {
            if let Some(name) = head.strip_prefix("pub enum ").and_then(|rest| rest.split([' ', '<']).next())
            {
                if is_error(name) {
                    self.add_enum(name, block);
                }
            } else if let Some((inner, outer)) = conversion(head) {
                for variant in
                    block.match_indices("Self::").filter_map(|(at, _)| identifier(block.get(at + 6..)?))
                {
                    self.wrapped.entry(inner.to_owned()).or_default().push(format!("{outer}::{variant}"));
                }
            } else if let Some(name) = head.strip_prefix("impl ").and_then(identifier) {
                let function = block.split_once("fn code(").map_or("", |(_, rest)| rest);
                let function = function.split_once("\n    }").map_or(function, |(body, _)| body);
                self.add_code(name, function);
            }
        }
    }

    /// The variants, and the errors that they hold.
    fn add_enum(&mut self, name: &str, block: &str) {
        let mut variant = String::new();
        for line in block.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let name_here = line.strip_prefix("    ").filter(|line| line.starts_with(char::is_uppercase));
            if let Some(found) = name_here.and_then(identifier) {
                variant = format!("{name}::{found}");
                self.plain.insert(variant.clone());
            }
            let words = line.split(|c: char| !c.is_alphanumeric()).skip(1);
            for inner in words.filter(|word| is_error(word) && !variant.ends_with(&format!("::{word}"))) {
                self.wrapped.entry(inner.to_owned()).or_default().push(variant.clone());
            }
        }
    }

    /// From the body of `fn code(…)`: the arms of its match, or one code for all.
    fn add_code(&mut self, name: &str, body: &str) {
        let mut pattern = String::new();
        for line in body.lines() {
            let (left, right) = line.split_once("=>").unwrap_or((line, ""));
            pattern.push_str(left);
            let words = codes(if right.is_empty() { left } else { right });
            if words.is_empty() && right.is_empty() {
                continue;
            }
            let variants: Vec<_> =
                paths(&pattern).filter(|(kind, _)| *kind == "Self").map(|(_, it)| it).collect();
            let whole = if variants.is_empty() { vec!["*"] } else { variants };
            for variant in whole.into_iter().filter(|_| !words.is_empty()) {
                self.codes.entry(format!("{name}::{variant}")).or_default().extend(&words);
            }
            pattern.clear();
        }
    }

    /// What `text`, a part of a test file, names; `file` is all of it, for the other names that it gives to enums.
    ///
    /// Codes, and errors that have one, go before errors that may be in several others, and these before errors that
    /// lead to no code.
    pub(super) fn named_in(&self, text: &str, file: &str) -> BTreeSet<String> {
        let quoted = Code::ALL.iter().map(|code| code.as_str()).chain(self.server.iter().map(String::as_str));
        let quoted = quoted.filter(|word| text.contains(&format!("\"{word}\"")));
        let mut direct: BTreeSet<String> = codes(text).into_iter().chain(quoted).map(str::to_owned).collect();
        let (mut wrapped, mut plain) = (BTreeSet::new(), BTreeSet::new());
        for (kind, variant) in paths(text) {
            let kind = original(file, kind);
            if let Some(words) = self.codes_of(kind, variant) {
                direct.extend(words.iter().map(|word| (*word).to_owned()));
            } else if self.plain.contains(&format!("{kind}::{variant}")) {
                wrapped.extend(self.codes_around(kind, 0).into_iter().map(str::to_owned));
                plain.insert(format!("{kind}::{variant}"));
            }
        }
        [direct, wrapped, plain].into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }

    fn codes_of(&self, kind: &str, variant: &str) -> Option<&BTreeSet<&'static str>> {
        [format!("{kind}::{variant}"), format!("{kind}::*")].iter().find_map(|name| self.codes.get(name))
    }

    /// The codes of the errors that an error can be in.
    fn codes_around(&self, kind: &str, depth: usize) -> BTreeSet<&'static str> {
        /// An error is in three others at most.
        const DEPTH: usize = 3;
        let outer = self.wrapped.get(kind).filter(|_| depth < DEPTH).into_iter().flatten();
        let outer = outer.filter_map(|path| path.split_once("::"));
        outer
            .flat_map(|(kind, variant)| match self.codes_of(kind, variant) {
                Some(words) => words.clone(),
                None => self.codes_around(kind, depth + 1),
            })
            .collect()
    }
}

/// The items of a file: head, and text up to the brace that ends it at the line's start.
fn blocks(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source.split("\n}").filter_map(|item| {
        let start = item.rmatch_indices('\n').map(|(at, _)| at + 1).chain([0]).find(|at| {
            let line = item.get(*at..).unwrap_or_default();
            line.starts_with("pub enum ") || line.starts_with("impl ")
        })?;
        item.get(start..)?.split_once('{').map(|(head, block)| (head.trim(), block))
    })
}

/// `A` and `B` of `impl From<A> for B`.
fn conversion(head: &str) -> Option<(&str, &str)> {
    let (inner, outer) = head.strip_prefix("impl From<")?.split_once("> for ")?;
    Some((identifier(inner)?, identifier(outer)?))
}

/// The words of the codes that a text names as `Code::Variant`.
fn codes(text: &str) -> BTreeSet<&'static str> {
    let variants: BTreeSet<_> = paths(text).filter(|(kind, _)| *kind == "Code").map(|(_, it)| it).collect();
    let all = Code::ALL.iter().filter(|code| variants.contains(&*format!("{code:?}")));
    all.map(|code| code.as_str()).collect()
}

/// What stands around each `::` that leads to a variant.
fn paths(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.match_indices("::").filter_map(|(at, _)| {
        let before = text.get(..at)?;
        let start = before.rfind(|c: char| !c.is_alphanumeric() && c != '_').map_or(0, |at| at + 1);
        let kind = before.get(start..).filter(|kind| kind.starts_with(char::is_uppercase))?;
        let variant = identifier(text.get(at + 2..)?).filter(|it| it.starts_with(char::is_uppercase))?;
        Some((kind, variant))
    })
}

/// What an alias of the file's `use` lines stands for.
fn original<'a>(file: &'a str, alias: &'a str) -> &'a str {
    let by_alias = format!(" as {alias}");
    let line = file.match_indices(&by_alias).find_map(|(at, found)| {
        let after = file.get(at + found.len()..)?;
        let before = file.get(..at).filter(|_| after.starts_with([';', ',', '}']))?;
        before.rsplit(|c: char| !c.is_alphanumeric() && c != '_').next()
    });
    line.unwrap_or(alias)
}

fn is_error(name: &str) -> bool {
    name.ends_with("Error") || name.ends_with("Fault")
}

fn identifier(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    text.get(..end).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod own_tests {
    use super::*;

    const SOURCE: &str = "\
pub enum OuterError {
    Inner(InnerFault),
    Type,
    First { at: usize },
    Second,
}

impl OuterError {
    pub const fn code(&self) -> Code {
        match self {
            Self::Inner(_) => Code::ExtensionInvalid,
            Self::Type => Code::ClientDataTypeMismatch,
            Self::First { .. }
            | Self::Second => Code::SignatureInvalid,
        }
    }
}

pub enum InnerFault {
    A,
}

impl From<InnerFault> for OuterError {
    fn from(fault: InnerFault) -> Self {
        Self::Inner(fault)
    }
}

pub enum WholeError {
    A,
    Member { name: str, kind: MemberErrorKind },
}

pub enum MemberErrorKind {
    Missing,
}

impl WholeError {
    pub const fn code(&self) -> Code {
        Code::ResponseMalformed
    }
}

pub enum ConfigurationError {
    /// Documented.
    NoOrigin,
}
";

    fn named(text: &str) -> Vec<String> {
        let outcomes = Outcomes::of(&Tree::of(&[("crates/a/src/error.rs", SOURCE)]));
        outcomes.named_in(text, &format!("use a::WholeError as Error;\n{text}")).into_iter().collect()
    }

    #[test]
    fn codes_are_found_by_variant_and_by_word() {
        assert_eq!(named("Code::ChallengeMismatch"), ["challenge-mismatch"]);
        assert_eq!(named("== \"challenge-mismatch\""), ["challenge-mismatch"]);
        assert!(named("challenge-mismatch; Code::Unheard").is_empty());
    }

    #[test]
    fn the_server_has_codes_of_its_own() {
        let table = "## Codes of the server\n\n| code | status |\n| --- | --- |\n| `label-taken` | 409 |\n";
        let outcomes = Outcomes::of(&Tree::of(&[("docs/ERRORS.md", table)]));
        let named = |text| outcomes.named_in(text, text).into_iter().collect::<Vec<_>>();
        assert_eq!(named(".expect_error(409, \"label-taken\")"), ["label-taken"]);
        assert!(named(".expect_error(409, \"name-taken\")").is_empty());
    }

    #[test]
    fn the_variants_of_errors_lead_to_codes() {
        assert_eq!(named("OuterError::Type"), ["client-data-type-mismatch"]);
        assert_eq!(named("OuterError::First { at: 1 }"), ["signature-invalid"]);
        assert_eq!(named("OuterError::Second"), ["signature-invalid"]);
        assert_eq!(named("InnerFault::A"), ["extension-invalid"]);
        assert_eq!(named("MemberErrorKind::Missing"), ["response-malformed"]);
        assert_eq!(named("WholeError::A"), ["response-malformed"]);
        assert_eq!(named("Error::A"), ["response-malformed"]);
    }

    #[test]
    fn an_error_without_a_code_is_named_itself() {
        assert_eq!(named("ConfigurationError::NoOrigin"), ["ConfigurationError::NoOrigin"]);
        assert!(named("ConfigurationError::Unheard").is_empty());
    }
}
