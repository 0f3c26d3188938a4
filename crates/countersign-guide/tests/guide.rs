//! What `docs/guide/passkeys.md` shows of programs is what the programs are.

use std::{fs, path::Path};

const GUIDE: &str = include_str!("../../../docs/guide/passkeys.md");

/// The lines without indentation, and without the empty ones.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// The blocks of code of these languages, with the number of their first line. `rust` is compiled by itself.
fn blocks(guide: &str) -> Vec<(usize, String)> {
    let mut blocks: Vec<(usize, String)> = Vec::new();
    let mut language = None;
    for (number, line) in (1..).zip(guide.lines()) {
        match (language, line.strip_prefix("```")) {
            (None, Some(info)) => {
                language = Some(info);
                if ["rs", "js"].contains(&info) {
                    blocks.push((number, String::new()));
                }
            }
            (Some(_), Some(_)) => language = None,
            (Some("rs" | "js"), None) => {
                let (_, text) = blocks.last_mut().unwrap();
                text.push_str(line);
                text.push('\n');
            }
            _ => {}
        }
    }
    blocks
}

/// The numbers of the blocks that are in none of the sources.
fn invented(guide: &str, sources: &[String]) -> Vec<usize> {
    let sources: Vec<_> = sources.iter().map(|source| lines(source)).collect();
    let is_shown = |block: &[&str]| {
        sources.iter().any(|source| source.windows(block.len().max(1)).any(|part| part == block))
    };
    let blocks = blocks(guide).into_iter();
    blocks.filter(|(_, block)| !is_shown(&lines(block))).map(|(number, _)| number).collect()
}

fn sources() -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let folders = [
        "countersign-axum/examples",
        "countersign-axum/examples/app",
        "countersign-axum/tests/client/simplewebauthn",
        "countersign-guide/src/bin",
    ];
    let files = folders.iter().flat_map(|folder| fs::read_dir(crates.join(folder)).unwrap());
    let files = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.map(|path| fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn the_guide_shows_the_code_of_the_program() {
    assert!(blocks(GUIDE).len() > 5, "the guide shows code");
    assert_eq!(invented(GUIDE, &sources()), [0; 0], "lines of blocks that are not in the sources");
}

#[test]
fn code_that_is_not_in_the_program_is_found() {
    let guide = "a\n```rs\nlet a = 1;\n\n    let b = 2;\n```\n```sh\nls\n```\n```js\nconst a = 1;\n```\n";
    let source = |text: &str| text.to_owned();
    let good = [source("fn a() {\n    let a = 1;\n    let b = 2;\n}\n"), source("const a = 1;\n")];
    assert_eq!(invented(guide, &good), [0; 0]);
    assert_eq!(invented(guide, &[good[0].replace('2', "3"), good[1].clone()]), [2]);
    assert_eq!(invented(guide, &good[..1]), [10]);
}
