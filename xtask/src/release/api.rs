//! The public APIs of the libraries, from the JSON that rustdoc writes: which items each has, and which of them changed since
//! a tag. Whether the version allows the changes is a check's decision, `semver`.

use std::{collections::BTreeMap, error::Error, fmt::Write as _, fs, path::PathBuf, process::Command};

use serde_json::Value;

use super::{
    candidate::{Candidate, list, text},
    check::rustdoc,
};

/// The items of a library by kind and path, with what rustdoc knows of each: its signature, bounds and attributes.
type Items = BTreeMap<String, String>;

/// Prints the changes of each library's public API since the tag, or counts its items if there is none.
pub(super) fn print_changes(candidate: &Candidate, tag: Option<&str>) -> Result<(), Box<dyn Error>> {
    let libraries: Vec<_> = candidate.libraries().map(|package| package.name.as_str()).collect();
    let old = match tag {
        Some(tag) => before(candidate, tag, &libraries)?,
        None => BTreeMap::new(),
    };
    let new = rustdoc::json_in(&candidate.root, &candidate.target, &libraries)?;
    for (name, json) in libraries.iter().zip(new) {
        let new = items(&json);
        match old.get(name) {
            Some(old) => print!("{}", changes(name, &items(old), &new)),
            None => println!("  {name}: {} items, its first release", new.len()),
        }
    }
    Ok(())
}

/// The JSON of those libraries that the tag has.
fn before<'a>(
    candidate: &Candidate,
    tag: &str,
    libraries: &[&'a str],
) -> Result<BTreeMap<&'a str, Value>, Box<dyn Error>> {
    let folder = checkout(candidate, tag)?;
    let is_there = |name: &&str| folder.join("crates").join(name).is_dir();
    let libraries: Vec<_> = libraries.iter().copied().filter(is_there).collect();
    // In the same target folder, whose dependencies are built already.
    let jsons = rustdoc::json_in(&folder, &candidate.target, &libraries)?;
    Ok(libraries.into_iter().zip(jsons).collect())
}

/// The files of a tag, in a folder below the target folder. The checkout stays as it is.
fn checkout(candidate: &Candidate, tag: &str) -> Result<PathBuf, Box<dyn Error>> {
    let folder = candidate.target.join("release-plan").join(tag);
    // The files of a tag stay the same, and so does what was built of them.
    if folder.join("Cargo.toml").is_file() {
        return Ok(folder);
    }
    // Under another name until it is complete: an earlier run may have been killed.
    let part = candidate.target.join("release-plan/incomplete");
    if part.exists() {
        fs::remove_dir_all(&part)?;
    }
    fs::create_dir_all(&part)?;
    let archive = part.with_extension("tar");
    let mut git = Command::new("git");
    git.current_dir(&candidate.root).args(["-c", "safe.directory=*", "archive", "--output"]);
    let mut tar = Command::new("tar");
    tar.arg("-xf").arg(&archive).arg("-C").arg(&part);
    if git.arg(&archive).arg(tag).status()?.success() && tar.status()?.success() {
        fs::rename(&part, &folder)?;
        return Ok(folder);
    }
    Err(format!("the files of {tag} can't be read").into())
}

/// The items that only one of two versions has, and those that differ.
fn changes(name: &str, old: &Items, new: &Items) -> String {
    let lines = |sign: char, from: &Items, is_listed: &dyn Fn(&str, &str) -> bool| {
        let listed = from.iter().filter(|(item, what)| is_listed(item, what));
        listed.map(|(item, _)| format!("    {sign} {item}\n")).collect::<Vec<_>>()
    };
    let removed = lines('-', old, &|item, _| !new.contains_key(item));
    let added = lines('+', new, &|item, _| !old.contains_key(item));
    let changed = lines('~', new, &|item, what| old.get(item).is_some_and(|before| before != what));
    let mut text = format!("  {name}: {} items", new.len());
    if removed.is_empty() && added.is_empty() && changed.is_empty() {
        return text + ", unchanged\n";
    }
    let _ = writeln!(text, ", {} removed, {} added, {} changed", removed.len(), added.len(), changed.len());
    for line in [removed, added, changed].concat() {
        text.push_str(&line);
    }
    text
}

/// Every public item of a library.
fn items(json: &Value) -> Items {
    let mut walk = Walk { index: &json["index"], items: Items::new(), open: Vec::new() };
    walk.module(&json["root"], "");
    walk.items
}

struct Walk<'a> {
    index: &'a Value,
    items: Items,
    /// The modules and glob imports around the item, which may lead back to themselves.
    open: Vec<&'a Value>,
}

impl<'a> Walk<'a> {
    /// The item of an ID. That of another crate is not in the index.
    fn item(&self, id: &Value) -> Option<&'a Value> {
        self.index.get(id.as_str().map_or_else(|| id.to_string(), str::to_owned))
    }

    fn module(&mut self, id: &'a Value, path: &str) {
        let Some(item) = self.item(id) else { return };
        if self.open.contains(&id) {
            return;
        }
        self.open.push(id);
        let content = &item["inner"];
        // An import of all variants names an enumeration.
        for child in list(&content["module"]["items"]).iter().chain(list(&content["enum"]["variants"])) {
            self.visit(child, path, None);
        }
        self.open.pop();
    }

    /// Adds an item with everything in it, under the name of an import if it is one's target.
    fn visit(&mut self, id: &'a Value, path: &str, name: Option<&str>) {
        let Some(item) = self.item(id) else { return };
        let Some((kind, content)) = item["inner"].as_object().and_then(|inner| inner.iter().next()) else {
            return;
        };
        if kind == "use" {
            return self.import(content, path);
        }
        let name = name.unwrap_or_else(|| text(&item["name"]));
        let path = join(path, name);
        self.add(format!("{kind} {path}"), item, content);
        if kind == "module" {
            return self.module(id, &path);
        }
        let parts = ["items", "fields", "variants"].into_iter().flat_map(|part| list(&content[part]));
        let shape = &content["kind"];
        let fields = list(&shape["plain"]["fields"]).iter().chain(list(&shape["struct"]["fields"]));
        for child in parts.chain(fields).chain(list(&shape["tuple"])) {
            self.visit(child, &path, None);
        }
        for implementation in list(&content["impls"]) {
            self.implementation(implementation, &path);
        }
    }

    fn import(&mut self, import: &'a Value, path: &str) {
        let target = &import["id"];
        let name = text(&import["name"]);
        match (self.item(target).is_some(), import["is_glob"] == true) {
            (true, true) => self.module(target, path),
            (true, false) => self.visit(target, path, Some(name)),
            (false, _) => {
                self.items.insert(format!("use {}", join(path, name)), text(&import["source"]).to_owned());
            }
        }
    }

    fn implementation(&mut self, id: &'a Value, path: &str) {
        let Some(item) = self.item(id) else { return };
        let content = &item["inner"]["impl"];
        // Those that every type has, and those that the compiler derives from the fields.
        if content["is_synthetic"] == true || !content["blanket_impl"].is_null() {
            return;
        }
        if content["trait"].is_null() {
            for child in list(&content["items"]) {
                self.visit(child, path, None);
            }
        } else {
            let which = stable(&content["trait"]).to_string();
            let name = text(&content["trait"]["path"]);
            let arguments = &content["trait"]["args"];
            let shown = if arguments.is_null() { String::new() } else { format!(" {}", digest(&which)) };
            self.add(format!("impl {name}{shown} for {path}"), item, content);
        }
    }

    fn add(&mut self, line: String, item: &Value, content: &Value) {
        let what = format!("{}{}{}", stable(content), item["deprecation"], item["attrs"]);
        self.items.insert(line, what);
    }
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}::{name}") }
}

/// A short form of a text, to tell two implementations of a trait with different arguments apart.
fn digest(text: &str) -> String {
    let checksum = super::archive::checksum(text.as_bytes());
    checksum.get(..8).unwrap_or_default().to_owned()
}

/// A value without what differs between two runs of rustdoc, and without other items, which have lines of their own.
fn stable(value: &Value) -> Value {
    const LEFT_OUT: [&str; 8] =
        ["fields", "id", "implementations", "impls", "items", "provided_trait_methods", "tuple", "variants"];
    match value {
        Value::Array(values) => values.iter().map(stable).collect(),
        Value::Object(members) => {
            let kept = members.iter().filter(|(name, value)| {
                // The types of a tuple, unlike the fields of a variant, are objects.
                let is_reference = list(value).iter().all(|it| it.is_u64() || it.is_string() || it.is_null());
                !(LEFT_OUT.contains(&name.as_str()) && (is_reference || *name == "id"))
            });
            Value::Object(kept.map(|(name, value)| (name.clone(), stable(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A library with a struct in a private module, a method, an import under another name, and a module that imports itself.
    fn library(result: &str) -> Value {
        json!({"root": 0, "index": {
            "0": {"name": "a", "inner": {"module": {"items": [1, 5, 7]}}},
            "1": {"name": null, "inner": {"use": {"name": "Shown", "source": "inner::Hidden", "id": 2, "is_glob": false}}},
            "2": {"name": "Hidden", "inner": {"struct": {"kind": {"plain": {"fields": [3], "has_stripped_fields": true}}, "impls": [4, 9]}}},
            "3": {"name": "field", "inner": {"struct_field": {"primitive": "u8"}}},
            "4": {"name": null, "inner": {"impl": {"trait": null, "blanket_impl": null, "items": [6]}}},
            "5": {"name": null, "inner": {"use": {"name": "serde", "source": "serde", "id": 99, "is_glob": false}}},
            "6": {"name": "method", "inner": {"function": {"sig": {"output": {"resolved_path": {"path": result, "id": 17}}}}}},
            "7": {"name": "again", "inner": {"module": {"items": [8]}}},
            "8": {"name": null, "inner": {"use": {"name": "a", "source": "crate", "id": 0, "is_glob": true}}},
            "9": {"name": null, "inner": {"impl": {"trait": {"path": "Clone", "id": 20, "args": null}, "blanket_impl": null, "items": []}}},
        }})
    }

    #[test]
    fn items_are_listed_by_their_public_paths() {
        let found = items(&library("u8"));
        let lines: Vec<_> = found.keys().map(String::as_str).collect();
        assert_eq!(
            lines,
            [
                "function Shown::method",
                "impl Clone for Shown",
                "module again",
                "struct Shown",
                "struct_field Shown::field",
                "use serde"
            ]
        );
    }

    #[test]
    fn a_changed_signature_is_a_change_and_another_id_is_none() {
        let old = items(&library("Old"));
        assert_eq!(changes("a", &old, &old), "  a: 6 items, unchanged\n");
        let mut other = library("Old");
        other["index"]["6"]["inner"]["function"]["sig"]["output"]["resolved_path"]["id"] = json!(18);
        assert_eq!(changes("a", &old, &items(&other)), "  a: 6 items, unchanged\n");
        let found = changes("a", &old, &items(&library("New")));
        assert_eq!(found, "  a: 6 items, 0 removed, 0 added, 1 changed\n    ~ function Shown::method\n");
    }

    #[test]
    fn added_and_removed_items_are_listed() {
        let mut other = library("Old");
        other["index"]["3"]["name"] = json!("renamed");
        let found = changes("a", &items(&library("Old")), &items(&other));
        assert_eq!(
            found,
            "  a: 6 items, 1 removed, 1 added, 0 changed\n    - struct_field Shown::field\n    + struct_field Shown::renamed\n"
        );
    }
}
