//! All mutants of a file in one text: each is next to the code that it replaces, and a number in the environment chooses.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use proc_macro2::LineColumn;
use syn::{Expr, Pat, ReturnType, Type, spanned::Spanned as _, visit::Visit};

use crate::list::Mutant;

/// A file with its mutants inside.
pub(super) struct Woven {
    pub(super) text: String,
    /// The place of each mutant's code in the text.
    pub(super) places: Vec<(Range<usize>, u32)>,
    /// The mutants that can't be chosen while the program runs: in constants, and in functions that constants call.
    pub(super) left: Vec<u32>,
}

/// A text to insert; a wrap is two.
struct Insertion {
    at: usize,
    order: (u8, isize),
    text: String,
    /// Ranges in the text.
    mutants: Vec<(Range<usize>, u32)>,
}

/// A mutant, and the place of the code that it replaces.
type Change<'m> = (&'m Mutant, Range<usize>);

/// Weaves the mutants, all of this file, into its text.
///
/// Functions are no longer `const`, but for those that constants need: so their mutants can be chosen too.
pub(super) fn weave(
    source: &str,
    mutants: &[&Mutant],
    constant: &BTreeSet<String>,
) -> Result<Woven, syn::Error> {
    let mut nodes = Nodes::new(constant);
    nodes.visit_file(&syn::parse_file(source)?);
    let mut blanked = source.to_owned();
    for word in &nodes.blanked {
        blanked.replace_range(word.clone(), &" ".repeat(word.len()));
    }
    let source = &*blanked;
    let lines = Lines::new(source);
    let (mut insertions, mut left) = (Vec::new(), Vec::new());
    let mut wraps: BTreeMap<(usize, usize), Vec<Change<'_>>> = BTreeMap::new();
    for mutant in mutants {
        let range = lines.offset(mutant.span.start)..lines.offset(mutant.span.end);
        match place(&nodes, &mutant.genre, &range) {
            Some(Place::Before) => insertions.push(returning(mutant, range.start)),
            Some(Place::Arm(guard)) => insertions.extend(deleted(mutant, guard)),
            Some(Place::Wrap(node)) => wraps.entry((node.start, node.end)).or_default().push((mutant, range)),
            None => left.push(mutant.number),
        }
    }
    for ((start, end), chosen) in wraps {
        insertions.extend(wrapped(source, start..end, &chosen));
    }
    insertions.sort_by_key(|insertion| (insertion.at, insertion.order));
    let (mut text, mut places, mut position) = (String::new(), Vec::new(), 0);
    for Insertion { at, text: inserted, mutants, .. } in insertions {
        text.push_str(source.get(position..at).unwrap_or_default());
        let start = text.len();
        places.extend(
            mutants.into_iter().map(|(range, number)| (start + range.start..start + range.end, number)),
        );
        text.push_str(&inserted);
        position = at;
    }
    text.push_str(source.get(position..).unwrap_or_default());
    Ok(Woven { text, places, left })
}

fn is_on(number: u32) -> String {
    format!("crate::mutant_switch::is_on({number})")
}

/// A function returns the replacement at once.
fn returning(mutant: &Mutant, at: usize) -> Insertion {
    let text = format!("if {} {{ return {}; }} ", is_on(mutant.number), mutant.replacement);
    Insertion { at, order: (1, isize::MIN), mutants: vec![(0..text.len(), mutant.number)], text }
}

/// An arm that matches nothing.
fn deleted(mutant: &Mutant, guard: Guard) -> Vec<Insertion> {
    let condition = format!("!{}", is_on(mutant.number));
    let one = |at, order, text: String| Insertion {
        at,
        order,
        mutants: vec![(0..text.len(), mutant.number)],
        text,
    };
    match guard {
        Guard::Before(range) => vec![
            one(range.start, (1, isize::MIN), format!("{condition} && (")),
            one(range.end, (0, isize::MAX), ")".to_owned()),
        ],
        Guard::None { at } => vec![one(at, (1, isize::MIN), format!(" if {condition}"))],
    }
}

/// An expression with its alternatives. Those are the original text but for the one change: only one mutant is on.
fn wrapped(source: &str, node: Range<usize>, chosen: &[Change<'_>]) -> [Insertion; 2] {
    let (mut text, mut mutants) = ("(".to_owned(), Vec::new());
    for (mutant, range) in chosen {
        let start = text.len();
        let before = source.get(node.start..range.start).unwrap_or_default();
        let after = source.get(range.end..node.end).unwrap_or_default();
        let replaced = format!("{before} {} {after}", mutant.replacement);
        text.extend(["if ", &is_on(mutant.number), " { ", replaced.trim(), " } else "]);
        mutants.push((start..text.len(), mutant.number));
    }
    text.push_str("{ ");
    let length = isize::try_from(node.end.saturating_sub(node.start)).unwrap_or(isize::MAX);
    let end = " })".to_owned();
    [
        // The outer of two that start at the same place starts first, and ends last.
        Insertion { at: node.start, order: (1, length.saturating_neg()), text, mutants },
        Insertion { at: node.end, order: (0, length), text: end, mutants: Vec::new() },
    ]
}

enum Guard {
    None { at: usize },
    Before(Range<usize>),
}

enum Place {
    Before,
    Arm(Guard),
    Wrap(Range<usize>),
}

/// Where a mutant of this kind is put, if it can be.
fn place(nodes: &Nodes<'_>, genre: &str, range: &Range<usize>) -> Option<Place> {
    let function =
        nodes.functions.iter().filter(|(body, _)| body.start <= range.start && range.end <= body.end);
    let (_, kind) = function.min_by_key(|(body, _)| body.len())?;
    if *kind == Kind::Constant
        || (*kind == Kind::Opaque && genre == "FnValue")
        || nodes.constants.iter().any(|body| body.start <= range.start && range.end <= body.end)
    {
        return None;
    }
    match genre {
        "FnValue" => Some(Place::Before),
        "MatchArm" => {
            let (_, pattern_end, guard) = nodes.arms.iter().find(|(start, ..)| *start == range.start)?;
            Some(Place::Arm(guard.clone().map_or(Guard::None { at: *pattern_end }, Guard::Before)))
        }
        "MatchArmGuard" => Some(Place::Wrap(range.clone())),
        "BinaryOperator" | "UnaryOperator" => nodes.operators.get(&range.start).cloned().map(Place::Wrap),
        "StructField" => {
            let around =
                nodes.structs.iter().filter(|node| node.start <= range.start && range.end <= node.end);
            around.min_by_key(|node| node.len()).cloned().map(Place::Wrap)
        }
        _ => None,
    }
}

/// Byte ranges of the nodes that mutants are about.
struct Nodes<'c> {
    /// Names of the functions that constants call.
    constant: &'c BTreeSet<String>,
    /// The word `const`, if it can be left out.
    blanked: Vec<Range<usize>>,
    /// Each function's body, and whether its mutants can't be chosen.
    functions: Vec<(Range<usize>, Kind)>,
    constants: Vec<Range<usize>>,
    /// The expression around each operator, by the operator's start.
    operators: BTreeMap<usize, Range<usize>>,
    structs: Vec<Range<usize>>,
    /// Start of an arm, end of its pattern, and its guard.
    arms: Vec<(usize, usize, Option<Range<usize>>)>,
}

impl<'c> Nodes<'c> {
    fn new(constant: &'c BTreeSet<String>) -> Self {
        Self {
            constant,
            blanked: Vec::new(),
            functions: Vec::new(),
            constants: Vec::new(),
            operators: BTreeMap::new(),
            structs: Vec::new(),
            arms: Vec::new(),
        }
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let is_constant = self.constant.contains(&signature.ident.to_string());
        if let (Some(word), false) = (&signature.constness, is_constant) {
            self.blanked.push(word.span.byte_range());
        }
        let is_opaque =
            matches!(&signature.output, ReturnType::Type(_, of) if matches!(**of, Type::ImplTrait(_)));
        let is_fixed = signature.constness.is_some() && is_constant;
        self.functions.push((
            block.span().byte_range(),
            if is_fixed {
                Kind::Constant
            } else if is_opaque {
                Kind::Opaque
            } else {
                Kind::Usual
            },
        ));
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Usual,
    /// Constants call it.
    Constant,
    /// It returns a type that can't be another one.
    Opaque,
}

impl<'a> Visit<'a> for Nodes<'_> {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.function(&item.sig, &item.block);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.sig, &item.block);
        syn::visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block);
        }
        syn::visit::visit_trait_item_fn(self, item);
    }

    fn visit_item_const(&mut self, item: &'a syn::ItemConst) {
        self.constants.push(item.span().byte_range());
    }

    fn visit_expr_binary(&mut self, node: &'a syn::ExprBinary) {
        let mut chain = LetChain(false);
        chain.visit_expr_binary(node);
        if !chain.0 {
            self.operators.insert(node.op.span().byte_range().start, node.span().byte_range());
        }
        syn::visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'a syn::ExprUnary) {
        self.operators.insert(node.op.span().byte_range().start, node.span().byte_range());
        syn::visit::visit_expr_unary(self, node);
    }

    fn visit_expr_struct(&mut self, node: &'a syn::ExprStruct) {
        self.structs.push(node.span().byte_range());
        syn::visit::visit_expr_struct(self, node);
    }

    fn visit_arm(&mut self, arm: &'a syn::Arm) {
        let pattern = arm.pat.span().byte_range();
        let guard = match &arm.pat {
            Pat::Guard(pattern) => Some(pattern.guard.span().byte_range()),
            _ => None,
        };
        self.arms.push((pattern.start, pattern.end, guard));
        syn::visit::visit_arm(self, arm);
    }
}

/// `a && let …`, which can't be put into parentheses.
struct LetChain(bool);

impl<'a> Visit<'a> for LetChain {
    fn visit_expr(&mut self, node: &'a Expr) {
        match node {
            Expr::Let(_) => self.0 = true,
            Expr::Binary(binary) => self.visit_expr_binary(binary),
            _ => {}
        }
    }
}

/// Places as lines and columns, both counted from 1 and columns in characters.
struct Lines<'a>(Vec<(usize, &'a str)>);

impl<'a> Lines<'a> {
    fn new(source: &'a str) -> Self {
        let mut offset = 0;
        Self(
            source
                .split_inclusive('\n')
                .map(|line| {
                    let start = offset;
                    offset += line.len();
                    (start, line)
                })
                .collect(),
        )
    }

    fn offset(&self, place: LineColumn) -> usize {
        let Some((start, line)) = self.0.get(place.line.saturating_sub(1)) else { return 0 };
        let inside = line.char_indices().nth(place.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
        start.saturating_add(inside)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::list::Span;

    /// A mutant of the place of `of` in the source.
    fn mutant(source: &str, number: u32, genre: &str, of: &str, replacement: &str) -> Mutant {
        let at = source.find(of).unwrap();
        let place = |offset: usize| {
            let before = &source[..offset];
            let column = before.chars().rev().take_while(|character| *character != '\n').count();
            LineColumn { line: before.matches('\n').count() + 1, column: column + 1 }
        };
        Mutant {
            number,
            file: "a.rs".into(),
            package: "a".into(),
            name: String::new(),
            key: String::new(),
            genre: genre.into(),
            replacement: replacement.into(),
            span: Span { start: place(at), end: place(at + of.len()) },
        }
    }

    fn woven(source: &str, mutants: &[Mutant]) -> Woven {
        let constant = BTreeSet::from(["fixed".to_owned()]);
        let woven = weave(source, &mutants.iter().collect::<Vec<_>>(), &constant).unwrap();
        syn::parse_file(&woven.text).unwrap();
        for (place, number) in &woven.places {
            let text = &woven.text[place.clone()];
            assert!(text.contains(&is_on(*number)) || text == ")", "{text}");
        }
        woven
    }

    #[test]
    fn each_alternative_is_the_original_but_for_one_change() {
        let source = "fn f() -> bool { a() < b() && !c() }";
        let mutants = [
            mutant(source, 1, "BinaryOperator", "<", "=="),
            mutant(source, 2, "BinaryOperator", "<", ">"),
            mutant(source, 3, "BinaryOperator", "&&", "||"),
            mutant(source, 4, "UnaryOperator", "!", ""),
        ];
        let text = woven(source, &mutants).text;
        for (number, alternative) in
            [(1, "a()  ==  b()"), (2, "a()  >  b()"), (3, "a() < b()  ||  !c()"), (4, "c()")]
        {
            assert!(text.contains(&format!("if {} {{ {alternative} }}", is_on(number))), "{text}");
        }
    }

    #[test]
    fn a_function_returns_at_once_and_an_arm_matches_nothing() {
        let source = "fn f(x: u8) -> u8 { match x { 1 => 2, 3 if x > 2 => 4, _ => 5 } }";
        let mutants = [
            mutant(source, 1, "FnValue", "match x { 1 => 2, 3 if x > 2 => 4, _ => 5 }", "0"),
            mutant(source, 2, "MatchArm", "1 => 2", ""),
            mutant(source, 3, "MatchArm", "3 if x > 2 => 4", ""),
            mutant(source, 4, "MatchArmGuard", "x > 2", "true"),
        ];
        let text = woven(source, &mutants).text;
        assert!(text.contains(&format!("{{ if {} {{ return 0; }} match", is_on(1))), "{text}");
        assert!(text.contains(&format!("1 if !{} =>", is_on(2))), "{text}");
        assert!(text.contains(&format!("3 if !{} && ((if {} {{ true }}", is_on(3), is_on(4))), "{text}");
    }

    #[test]
    fn what_is_evaluated_before_the_program_runs_is_left() {
        let source = "const A: u8 = 1 + 2;\nconst fn fixed() -> u8 { 3 * 4 }\nconst fn f() -> u8 { 5 / 6 }";
        let mutants = [
            mutant(source, 1, "BinaryOperator", "+", "-"),
            mutant(source, 2, "BinaryOperator", "*", "+"),
            mutant(source, 3, "BinaryOperator", "/", "+"),
        ];
        let woven = woven(source, &mutants);
        assert_eq!(woven.left, [1, 2]);
        assert!(woven.text.contains("const fn fixed()") && !woven.text.contains("const fn f()"));
    }
}
