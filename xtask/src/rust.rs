//! The modules of a crate as a tree, and the module that defines the item of a path.

pub(crate) mod files;
pub(crate) mod tokens;

use std::collections::BTreeMap;

use crate::tree::Tree;
use tokens::{Import, Module, Path};

/// How many imports are followed one after another, so that names which import each other end.
const FOLLOWED_MAX: usize = 16;

/// A module's place in [`Crate::nodes`].
pub(crate) type Id = usize;

#[derive(Debug)]
pub(crate) struct Node {
    /// The file that it is in: its own, or that of the module around it.
    pub(crate) file: String,
    parent: Option<Id>,
    children: BTreeMap<String, Id>,
    pub(crate) module: Module,
}

/// One target of a package: the tree below its root file, without the modules of tests.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) nodes: Vec<Node>,
    /// Exported macros by name: items of the root, wherever they are.
    macros: BTreeMap<String, Id>,
}

/// The target of a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Module(Id),
    /// An item, by the module that defines it.
    Item(Id),
}

/// A path with its target.
#[derive(Debug)]
pub(crate) struct Resolved {
    pub(crate) target: Target,
    /// The module by whose re-export the path goes.
    pub(crate) through: Option<Id>,
}

impl Crate {
    /// Reads the crate of a root file.
    pub(crate) fn read(tree: &Tree, root: &str) -> Result<Self, String> {
        let mut this = Self { nodes: Vec::new(), macros: BTreeMap::new() };
        this.add_file(tree, root, &files::folder_below(tree, root), None)?;
        Ok(this)
    }

    fn add_file(&mut self, tree: &Tree, file: &str, below: &str, parent: Option<Id>) -> Result<Id, String> {
        let text = tree.get(file).ok_or_else(|| format!("{file}: not there"))?;
        let module = Module::parse(text).map_err(|error| format!("{file}: {error}"))?;
        self.add(tree, file, below, parent, module)
    }

    fn add(
        &mut self,
        tree: &Tree,
        file: &str,
        below: &str,
        parent: Option<Id>,
        mut module: Module,
    ) -> Result<Id, String> {
        let id = self.nodes.len();
        let declared = std::mem::take(&mut module.children);
        self.macros.extend(module.exported_macros.iter().map(|name| (name.clone(), id)));
        self.nodes.push(Node { file: file.to_owned(), parent, children: BTreeMap::new(), module });
        for child in declared.into_iter().filter(|child| !child.test) {
            let folder = format!("{below}/{}", child.name);
            let added = match child.inline {
                Some(inline) => Some(self.add(tree, file, &folder, Some(id), inline)?),
                None => match files::file_of(tree, file, below, &child.name, child.path.as_deref()) {
                    // The children of `mod.rs`, and of a file that `#[path]` names, are in the same folder.
                    Some(path) => {
                        let below = match path.rsplit_once('/') {
                            Some((beside, "mod.rs")) => beside.to_owned(),
                            Some((beside, _)) if child.path.is_some() => beside.to_owned(),
                            _ => folder,
                        };
                        Some(self.add_file(tree, &path, &below, Some(id))?)
                    }
                    None => None,
                },
            };
            if let Some(added) = added {
                self.nodes[id].children.insert(child.name, added);
            }
        }
        Ok(id)
    }

    /// The modules around this one, the nearest first.
    pub(crate) fn ancestors(&self, id: Id) -> impl Iterator<Item = Id> {
        std::iter::successors(self.nodes[id].parent, |id| self.nodes[*id].parent)
    }

    /// The target of a path; `None` if it is outside this crate, or if no module is known to define it.
    pub(crate) fn resolve(&self, from: Id, path: &Path) -> Option<Resolved> {
        self.follow(from, &path.segments, 0)
    }

    fn follow(&self, from: Id, segments: &[String], followed: usize) -> Option<Resolved> {
        if followed > FOLLOWED_MAX {
            return None;
        }
        let (mut at, mut rest) = (from, segments);
        let (mut through, mut in_own_scope) = (None, true);
        while let [first, more @ ..] = rest {
            match first.as_str() {
                "crate" => at = 0,
                "self" => {}
                "super" => at = self.nodes[at].parent?,
                _ => break,
            }
            (rest, in_own_scope) = (more, false);
        }
        while let [name, more @ ..] = rest {
            let found = self.look_up(at, name, followed);
            let Some(found) = found else {
                // Made by a macro, perhaps.
                return (!in_own_scope).then_some(Resolved { target: Target::Item(at), through });
            };
            if found.through.is_some() && !in_own_scope {
                through = Some(at);
            }
            match found.target {
                Target::Module(id) => at = id,
                Target::Item(_) => return Some(Resolved { target: found.target, through }),
            }
            (rest, in_own_scope) = (more, false);
        }
        Some(Resolved { target: Target::Module(at), through })
    }

    /// The meaning of a name in a module.
    fn look_up(&self, id: Id, name: &str, followed: usize) -> Option<Resolved> {
        let node = &self.nodes[id];
        let here = |target| Some(Resolved { target, through: None });
        if let Some(child) = node.children.get(name) {
            return here(Target::Module(*child));
        }
        if node.module.items.contains(name) {
            return here(Target::Item(id));
        }
        if let Some(home) = self.macros.get(name).filter(|_| id == 0) {
            return here(Target::Item(*home));
        }
        let named = |import: &&Import| import.name.as_deref() == Some(name);
        if let Some(import) = node.module.imports.iter().find(named) {
            let found = self.follow(id, &import.path.segments, followed + 1)?;
            return Some(Resolved { target: found.target, through: Some(id) });
        }
        let globs = node.module.imports.iter().filter(|import| import.name.is_none());
        globs.into_iter().find_map(|glob| {
            let found = self.follow(id, &glob.path.segments, followed + 1)?;
            let Target::Module(module) = found.target else { return None };
            let found = self
                .look_up(module, name, followed + 1)
                .filter(|_| module != id && followed < FOLLOWED_MAX)?;
            Some(Resolved { target: found.target, through: Some(id) })
        })
    }
}
