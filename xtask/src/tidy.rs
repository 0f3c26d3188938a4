//! `cargo xtask tidy`: checks that no compiler makes, each a function from the tree to its findings.

mod circles;
mod codes;
mod divergences;
mod documents;
mod features;
mod language;
pub(crate) mod layers;
mod lints;
mod modules;
mod project;
mod text;
mod vulnerabilities;

use std::{error::Error, process::ExitCode};

use crate::{finding::Finding, rules, tools, tree::Tree, workspace::Workspace};

pub(crate) const HELP: &str = "\
cargo xtask tidy

Checks the files that git tracks, or would track: layering, module files, file sizes, forbidden words
and paths, lints, the tables of docs/, and that docs/ERRORS.md, docs/RULES.md and
docs/rules-tests.tsv are up to date. A line for each finding.

Exit codes: 0 nothing found, 1 something found, 2 the tree can't be read.
";

const CHECKS: &[fn(&Workspace) -> Vec<Finding>] = &[
    circles::no_module_is_in_a_circle,
    circles::names_come_from_where_they_are_defined,
    circles::a_wing_imports_only_wings_below,
    language::words_of_the_field_are_used,
    language::cells_of_tables_are_short,
    layers::only_on_layers_below,
    layers::nothing_forbidden_below_the_server,
    modules::every_file_is_reached,
    text::files_are_short,
    text::nothing_is_left_over,
    text::no_path_of_one_machine,
    lints::every_crate_takes_the_lints,
    lints::libraries_cannot_panic,
    codes::the_document_is_up_to_date,
    codes::the_servers_table_is_complete,
    codes::the_operators_table_is_complete,
    codes::every_code_is_tested,
    divergences::every_difference_is_explained,
    divergences::every_difference_can_be_read,
    documents::everything_is_documented,
    documents::links_lead_somewhere,
    documents::every_page_is_in_the_book,
    documents::pages_of_frameworks_have_their_programs,
    features::every_feature_is_in_the_table,
    documents::examples_are_compiled,
    documents::examples_of_guides_are_run,
    project::addresses_of_the_repository_lead_somewhere,
    project::named_paths_exist,
    project::the_form_names_every_crate,
    project::versions_of_forms_are_current,
    vulnerabilities::every_advisory_has_its_tests,
];

pub(crate) fn main(arguments: lexopt::Parser) -> Result<ExitCode, Box<dyn Error>> {
    tools::expect_no_more(arguments)?;
    let workspace = Workspace { tree: Tree::read(tools::root())?, packages: layers::packages()? };
    let mut findings: Vec<_> = CHECKS.iter().flat_map(|check| check(&workspace)).collect();
    findings.extend(rules::findings(&workspace.tree));
    for finding in &findings {
        println!("{finding}");
    }
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}
