//! `docs/CONFIGURATION.md`: its tables are made from the list of settings, and its examples are read.

use std::fmt::Write as _;
use std::{fs, path::Path};

use countersign_server::config::{CommandOption, Effect, Form, Setting, Sources, read_policy, settings};

use crate::generated;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CONFIGURATION.md");

/// The lines around the tables.
const TABLES: [&str; 2] = ["<!-- settings: begin -->\n", "<!-- settings: end -->\n"];

/// What writes the tables.
const WRITE: &str = "WRITE_DOCS=1 cargo test -p countersign-server --test documents";

/// The most characters of a cell.
const CELL_MAX: usize = 200;

#[test]
fn the_page_has_every_setting_as_the_code_has_it() {
    generated::check(PAGE, TABLES, &tables(), WRITE);
}

/// A table for each table of the file.
fn tables() -> String {
    let mut text = String::new();
    let mut current = None;
    for setting in settings() {
        let table = setting.key.rsplit_once('.').map_or("", |(table, _)| table);
        if current != Some(table) {
            let title = if table.is_empty() { "At the top".to_owned() } else { format!("`[{table}]`") };
            let _ = write!(text, "\n### {title}\n\n");
            text.push_str("| setting | value | default | variable, option | change | meaning |\n");
            text.push_str("| --- | --- | --- | --- | --- | --- |\n");
            current = Some(table);
        }
        text.push_str(&row(setting));
    }
    text.push('\n');
    text
}

fn row(setting: &Setting) -> String {
    let value = match setting.form {
        Form::Flag => "`true` or `false`".to_owned(),
        Form::Number { min, max, unit } => format!("{unit}, {min} to {max}"),
        Form::Word(words) => words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "),
        Form::List(what) => format!("list of {what}"),
        Form::Text(what) => what.to_owned(),
        _ => panic!("{setting:?}"),
    };
    let option = match setting.option {
        Some(CommandOption::Value { name, value }) => format!(", `--{name} {}`", value.replace('|', "\\|")),
        Some(CommandOption::Flag { name, sets }) => format!(", `--{name}` for `{sets}`"),
        _ => String::new(),
    };
    let change = if setting.effect == Effect::Reload { "reload" } else { "restart" };
    let cells = [
        format!("`{}`", setting.key),
        value,
        setting.default.to_owned(),
        format!("`{}`{option}", setting.variable()),
        change.to_owned(),
        setting.meaning.to_owned(),
    ];
    for cell in &cells {
        assert!(cell.chars().count() <= CELL_MAX, "{cell}");
    }
    format!("| {} |\n", cells.join(" | "))
}

#[test]
fn names_of_settings_variables_and_options_are_unique_and_every_setting_has_a_meaning() {
    let all: Vec<_> = settings().collect();
    for (position, setting) in all.iter().enumerate() {
        for other in all.iter().skip(position + 1) {
            assert_ne!(setting.key, other.key);
            assert_ne!(setting.variable(), other.variable());
            let name = |setting: &Setting| setting.option.map(|option| option.name());
            assert!(name(setting).is_none() || name(setting) != name(other), "{}", other.key);
            let below = format!("{}.", setting.key);
            assert!(!other.key.starts_with(&below), "{} is a value and a table", setting.key);
        }
        // A Kubernetes service named countersign sets these.
        for foreign in ["service", "port"] {
            assert_ne!(setting.key.split(['.', '_']).next(), Some(foreign));
        }
        assert!(setting.meaning.chars().next().is_some_and(|first| !first.is_lowercase()), "{}", setting.key);
        assert!(!setting.meaning.ends_with('.'), "{}", setting.key);
    }
}

/// The settings that an example of the page uses.
fn examples(page: &str) -> Vec<&str> {
    page.split("```toml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect()
}

#[test]
fn the_examples_of_the_page_are_configurations() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("countersign.toml");
    let page = fs::read_to_string(PAGE).unwrap();
    let examples = examples(&page);
    assert!(examples.len() >= 2);
    for example in examples {
        fs::write(&file, example).unwrap();
        let loaded = Sources::new().file(&file).default_database("x").load();
        // The credentials of systemd are there only if the unit runs.
        let problems = loaded.err().map_or_else(Vec::new, |error| error.problems);
        let unexpected =
            problems.iter().find(|problem| !problem.message.contains("can't read /run/credentials/"));
        assert!(unexpected.is_none(), "{unexpected:?}");
    }
}

#[test]
fn a_policy_can_be_in_a_file_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("policy.toml");
    let read = |text: &str| {
        fs::write(&file, text).unwrap();
        read_policy(Path::new(&file))
    };
    assert_eq!(read("").unwrap(), countersign::Policy::passkeys());
    assert_eq!(
        read("[policy]\npreset = \"second-factor\"\ntimeout_seconds = 60").unwrap(),
        countersign::Policy::second_factor().with_timeout_seconds(60)
    );
    let error = read("rp_id = \"example.org\"\n[policy]\nsign_count = \"ignore\"").unwrap_err().to_string();
    let expected = format!(
        "{0}:1:1: there is no setting rp_id\n{0}:3:14: policy.sign_count: \"ignore\" is not one of \"reject\", \"report\", \
         \"accept\"",
        file.display()
    );
    assert_eq!(error, expected);
}
