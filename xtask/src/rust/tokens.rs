//! Items, imports and paths of a Rust file, read from its tokens: no macro is expanded, and no type resolved.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

/// A path with the line that it begins at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// One name that a `use` brings in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) path: Path,
    /// The name in this module; `None` for a glob.
    pub(crate) name: Option<String>,
    /// Whether other modules can name it from here: `pub use`, whatever the scope of the `pub`.
    pub(crate) reexport: bool,
}

/// A `mod` item.
#[derive(Debug)]
pub(crate) struct Child {
    pub(crate) name: String,
    /// The value of `#[path = "…"]`.
    pub(crate) path: Option<String>,
    /// The content of a module that is not a file.
    pub(crate) inline: Option<Module>,
    /// Compiled for tests only.
    pub(crate) test: bool,
}

/// The content of a module, without tests.
#[derive(Debug, Default)]
pub(crate) struct Module {
    pub(crate) children: Vec<Child>,
    /// The names of its items.
    pub(crate) items: BTreeSet<String>,
    /// Its macros that are exported, and so items of the crate's root.
    pub(crate) exported_macros: BTreeSet<String>,
    pub(crate) imports: Vec<Import>,
    /// The imports inside functions.
    pub(crate) local_imports: Vec<Import>,
    /// The paths of at least two segments in its code.
    pub(crate) paths: Vec<Path>,
    /// Each identifier in its code, imports left out.
    pub(crate) identifiers: BTreeSet<String>,
}

impl Module {
    /// Reads the text of a file.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let tokens: TokenStream = text.parse().map_err(|error| format!("not Rust: {error}"))?;
        let mut module = Self::default();
        module.read(tokens);
        Ok(module)
    }

    fn read(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while !rest.is_empty() {
            let (item, after) = Item::split(rest);
            self.add(&item);
            rest = after;
        }
    }

    fn add(&mut self, item: &Item<'_>) {
        if item.keyword == "mod" {
            self.add_child(item);
            return;
        }
        if item.test {
            return;
        }
        if item.keyword == "use" {
            self.imports.extend(imports(item.body, item.public));
            return;
        }
        if let Some(name) = &item.name {
            self.items.insert(name.clone());
            if item.keyword == "macro_rules"
                && item.attributes.iter().any(|tokens| begins(tokens, "macro_export"))
            {
                self.exported_macros.insert(name.clone());
            }
        }
        for attribute in &item.attributes {
            self.add_attribute(attribute);
        }
        self.add_code(item.body);
    }

    fn add_child(&mut self, item: &Item<'_>) {
        let Some(name) = item.name.clone() else { return };
        let path = item
            .attributes
            .iter()
            .find(|tokens| begins(tokens, "path"))
            .and_then(|tokens| literal(tokens.last()?));
        let inline = item.body.iter().find_map(|token| match token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => {
                let mut module = Self::default();
                module.read(group.stream());
                Some(module)
            }
            _ => None,
        });
        self.children.push(Child { name, path, inline, test: item.test });
    }

    /// The paths of an attribute, and those that serde takes as text.
    fn add_attribute(&mut self, tokens: &[TokenTree]) {
        if begins(tokens, "doc") {
            return;
        }
        if begins(tokens, "serde") {
            let mut texts = Vec::new();
            literals(tokens, &mut texts);
            let parsed = texts.iter().filter_map(|text| text.parse::<TokenStream>().ok());
            for stream in parsed {
                self.add_code(&stream.into_iter().collect::<Vec<_>>());
            }
        }
        self.add_code(tokens);
    }

    /// Walks the tokens of an item: paths, identifiers, imports inside it.
    fn add_code(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            match token {
                TokenTree::Punct(hash) if hash.as_char() == '#' => {
                    let Some((attribute, length)) = attribute(&tokens[at..]) else {
                        at += 1;
                        continue;
                    };
                    at += length;
                    if is_test(&attribute) {
                        at += length_of_part(&tokens[at..]);
                    } else {
                        self.add_attribute(&attribute);
                    }
                }
                TokenTree::Ident(word) if *word == "use" => {
                    let end = tokens[at..].iter().position(is_semicolon).map_or(tokens.len(), |end| at + end);
                    self.local_imports.extend(imports(&tokens[at + 1..end], false));
                    at = end;
                }
                // The path of `pub(in …)` names no item.
                TokenTree::Ident(word) if *word == "pub" && is_parentheses(tokens.get(at + 1)) => at += 2,
                TokenTree::Ident(_) => at = self.add_path(tokens, at),
                TokenTree::Group(group) => {
                    self.add_code(&group.stream().into_iter().collect::<Vec<_>>());
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Takes the path that begins at an identifier, and returns the position after it.
    fn add_path(&mut self, tokens: &[TokenTree], begin: usize) -> usize {
        let mut segments = Vec::new();
        let (mut at, mut line) = (begin, 0);
        while let Some(TokenTree::Ident(word)) = tokens.get(at) {
            if segments.is_empty() {
                line = word.span().start().line;
            }
            segments.push(plain(&word.to_string()));
            at += 1;
            if !is_path_separator(&tokens[at..]) || !matches!(tokens.get(at + 2), Some(TokenTree::Ident(_))) {
                break;
            }
            at += 2;
        }
        // What follows `::`, as in `<T>::new` or `::std`, begins no path of this crate.
        let goes_on = begin >= 2 && is_path_separator(&tokens[begin - 2..]);
        self.identifiers.extend(segments.iter().cloned());
        if segments.len() > 1 && !goes_on {
            self.paths.push(Path { segments, line });
        }
        at
    }
}

/// An item of a module, as far as it has to be known.
struct Item<'a> {
    attributes: Vec<Vec<TokenTree>>,
    test: bool,
    public: bool,
    keyword: String,
    name: Option<String>,
    /// The tokens after the keyword.
    body: &'a [TokenTree],
}

/// The keywords of items that have a name and may hold braces before their end.
const TO_SEMICOLON: [&str; 5] = ["use", "type", "const", "static", "extern"];
const NAMED: [&str; 9] = ["mod", "fn", "struct", "enum", "union", "trait", "type", "const", "static"];
const BEFORE_FN: [&str; 5] = ["fn", "unsafe", "async", "extern", "const"];

impl<'a> Item<'a> {
    /// The first item of these tokens, and the rest.
    fn split(tokens: &'a [TokenTree]) -> (Self, &'a [TokenTree]) {
        let (mut attributes, mut at) = (Vec::new(), 0);
        while let Some((tokens, length)) = attribute(&tokens[at..]) {
            attributes.push(tokens);
            at += length;
        }
        let test = attributes.iter().any(|tokens| is_test(tokens));
        let mut public = false;
        if tokens.get(at).is_some_and(|token| is_word(token, "pub")) {
            public = true;
            at += 1;
            if is_parentheses(tokens.get(at)) {
                at += 1;
            }
        }
        let keyword_at = keyword_position(tokens, at);
        let keyword = tokens.get(keyword_at).map(ToString::to_string).unwrap_or_default();
        let name_at = if keyword == "macro_rules" { keyword_at + 2 } else { keyword_at + 1 };
        let named = NAMED.contains(&keyword.as_str()) || keyword == "macro_rules";
        let name = tokens.get(name_at).filter(|_| named).map(|token| plain(&token.to_string()));
        let begin = (keyword_at + 1).min(tokens.len());
        let to_semicolon = TO_SEMICOLON.contains(&keyword.as_str());
        let end = tokens[begin..]
            .iter()
            .position(|token| is_semicolon(token) || (!to_semicolon && is_braces(token)));
        let end = end.map_or(tokens.len(), |end| begin + end + 1);
        (Self { attributes, test, public, keyword, name, body: &tokens[begin..end] }, &tokens[end..])
    }
}

/// The position of the keyword of an item, after `const`, `unsafe`, `async` and `extern "C"` of a function.
fn keyword_position(tokens: &[TokenTree], begin: usize) -> usize {
    let mut at = begin;
    while let Some(TokenTree::Ident(word)) = tokens.get(at) {
        let next = tokens.get(at + 1);
        let next_is =
            |words: &[&str]| next.is_some_and(|token| words.iter().any(|word| is_word(token, word)));
        let skipped = match word.to_string().as_str() {
            "const" | "async" => next_is(&BEFORE_FN),
            "unsafe" => next_is(&["fn", "impl", "trait", "extern"]),
            "extern" => matches!(next, Some(TokenTree::Literal(_))),
            _ => false,
        };
        if !skipped {
            break;
        }
        at += if *word == "extern" { 2 } else { 1 };
    }
    at
}

/// The names of the functions in a file, those in modules, implementations and macros included.
pub(crate) fn functions(text: &str) -> Result<BTreeSet<String>, String> {
    let tokens: TokenStream = text.parse().map_err(|error| format!("not Rust: {error}"))?;
    let mut names = BTreeSet::new();
    add_functions(tokens, &mut names);
    Ok(names)
}

fn add_functions(tokens: TokenStream, names: &mut BTreeSet<String>) {
    let mut after_fn = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(name) if after_fn => {
                names.insert(plain(&name.to_string()));
            }
            TokenTree::Group(group) => add_functions(group.stream(), names),
            _ => {}
        }
        after_fn = is_word(&token, "fn");
    }
}

/// The attribute that the tokens begin with: the tokens in its brackets, and how many tokens it has.
fn attribute(tokens: &[TokenTree]) -> Option<(Vec<TokenTree>, usize)> {
    let TokenTree::Punct(hash) = tokens.first()? else { return None };
    if hash.as_char() != '#' {
        return None;
    }
    let inner = matches!(tokens.get(1), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
    let at = if inner { 2 } else { 1 };
    match tokens.get(at)? {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => {
            Some((group.stream().into_iter().collect(), at + 1))
        }
        _ => None,
    }
}

/// Whether an attribute is `#[cfg(test)]`, or demands `test` among other things.
fn is_test(attribute: &[TokenTree]) -> bool {
    let [name, TokenTree::Group(group)] = attribute else { return false };
    let inside: Vec<_> = group.stream().into_iter().collect();
    match inside.as_slice() {
        _ if !is_word(name, "cfg") => false,
        [only] => is_word(only, "test"),
        [all, TokenTree::Group(group)] if is_word(all, "all") => {
            group.stream().into_iter().any(|token| is_word(&token, "test"))
        }
        _ => false,
    }
}

/// How many tokens the item, field or statement has that an attribute belongs to.
fn length_of_part(tokens: &[TokenTree]) -> usize {
    let ends = |token: &TokenTree| {
        is_semicolon(token)
            || is_braces(token)
            || matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',')
    };
    tokens.iter().position(ends).map_or(tokens.len(), |end| end + 1)
}

/// The imports of a `use` item, from the tokens between `use` and `;`.
fn imports(tokens: &[TokenTree], reexport: bool) -> Vec<Import> {
    let mut found = Vec::new();
    use_tree(tokens, &[], reexport, &mut found);
    found
}

fn use_tree(tokens: &[TokenTree], prefix: &[String], reexport: bool, found: &mut Vec<Import>) {
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(comma) if comma.as_char() == ',');
    for branch in
        tokens.split(|token| is_comma(token) || is_semicolon(token)).filter(|branch| !branch.is_empty())
    {
        let (mut segments, mut at) = (prefix.to_vec(), 0);
        let line = branch[0].span().start().line;
        while let Some(token) = branch.get(at) {
            match token {
                TokenTree::Ident(word) if *word == "as" => break,
                TokenTree::Ident(word) => segments.push(plain(&word.to_string())),
                TokenTree::Group(group) => {
                    use_tree(&group.stream().into_iter().collect::<Vec<_>>(), &segments, reexport, found);
                    segments.clear();
                }
                TokenTree::Punct(star) if star.as_char() == '*' => {
                    let path = Path { segments: std::mem::take(&mut segments), line };
                    found.push(Import { path, name: None, reexport });
                }
                _ => {}
            }
            at += 1;
        }
        if prefix.len() < segments.len()
            && segments.last().is_some_and(|last| last == "self")
            && segments.len() > 1
        {
            segments.pop();
        }
        if let Some(last) = segments.last().cloned() {
            let name = branch.get(at + 1).map_or(last, |token| plain(&token.to_string()));
            found.push(Import { path: Path { segments, line }, name: Some(name), reexport });
        }
    }
}

/// The text of the string literals, at any depth.
fn literals(tokens: &[TokenTree], texts: &mut Vec<String>) {
    for token in tokens {
        if let TokenTree::Group(group) = token {
            literals(&group.stream().into_iter().collect::<Vec<_>>(), texts);
        }
        texts.extend(literal(token));
    }
}

fn literal(token: &TokenTree) -> Option<String> {
    let TokenTree::Literal(literal) = token else { return None };
    let text = literal.to_string();
    Some(text.strip_prefix('"')?.strip_suffix('"')?.to_owned())
}

fn begins(tokens: &[TokenTree], name: &str) -> bool {
    tokens.first().is_some_and(|token| is_word(token, name))
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(found) if *found == word)
}

fn is_semicolon(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

fn is_parentheses(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
}

fn is_path_separator(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [TokenTree::Punct(one), TokenTree::Punct(two), ..]
        if one.as_char() == ':' && one.spacing() == Spacing::Joint && two.as_char() == ':')
}

/// An identifier without its `r#`.
fn plain(word: &str) -> String {
    word.strip_prefix("r#").unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Vec<String> {
        Module::parse(text).unwrap().paths.iter().map(|path| path.segments.join("::")).collect()
    }

    fn names(text: &str) -> Vec<(String, String)> {
        let imports = Module::parse(text).unwrap().imports;
        let name = |import: &Import| import.name.clone().unwrap_or_else(|| "*".to_owned());
        imports.iter().map(|import| (import.path.segments.join("::"), name(import))).collect()
    }

    #[test]
    fn a_use_tree_is_a_list_of_imports() {
        let text = "use a::{b, c::{self, d as e}, f::*};\npub(crate) use g;";
        let expected = [("a::b", "b"), ("a::c", "c"), ("a::c::d", "e"), ("a::f", "*"), ("g", "g")];
        assert_eq!(names(text), expected.map(|(path, name)| (path.to_owned(), name.to_owned())));
        let reexports = Module::parse(text).unwrap().imports;
        assert_eq!(
            reexports.iter().map(|import| import.reexport).collect::<Vec<_>>(),
            [false, false, false, false, true]
        );
    }

    #[test]
    fn items_of_every_kind_have_their_names() {
        let text = "const A: [u8; 1] = { [1] }; pub const fn b() {} static C: u8 = 1; type D = u8; struct E; struct F(u8);
            enum G {} trait H {} macro_rules! i { () => {} } impl E {} pub mod j; unsafe extern \"C\" fn k() {} union L {}";
        let module = Module::parse(text).unwrap();
        assert_eq!(
            module.items.iter().map(String::as_str).collect::<Vec<_>>().join(" "),
            "A C D E F G H L b i k"
        );
        assert_eq!(module.children.len(), 1);
    }

    #[test]
    fn paths_are_found_in_bodies_macros_and_attributes() {
        assert_eq!(
            paths("fn a() { let x = crate::b::c(1); one!(self::d::E) }"),
            ["crate::b::c", "self::d::E"]
        );
        assert_eq!(
            paths("#[serde(with = \"f::g\")] struct A { #[serde(default = \"h::i\")] b: u8 }"),
            ["f::g", "h::i"]
        );
        assert_eq!(paths("macro_rules! m { () => { $crate::j::k } }"), ["crate::j::k"]);
        assert_eq!(paths("impl A { pub(in crate::b) fn c() {} }"), [""; 0]);
        assert_eq!(paths("/// See [`crate::l::M`].\nfn a() { <T>::n::o(); \"crate::p::q\"; }"), [""; 0]);
    }

    #[test]
    fn tests_are_left_out() {
        let text = "#[cfg(test)] use a::b; #[cfg(all(test, unix))] mod tests { use c::d; } impl A { #[cfg(test)] fn e() { f::g() } fn h() { i::j() } }";
        let module = Module::parse(text).unwrap();
        assert_eq!(module.imports, []);
        assert!(module.children[0].test);
        assert_eq!(paths(text), ["i::j"]);
    }

    #[test]
    fn imports_in_functions_are_apart() {
        let module = Module::parse("fn a() { use super::b::{C, D}; }").unwrap();
        assert_eq!((module.imports.len(), module.local_imports.len()), (0, 2));
    }
}
