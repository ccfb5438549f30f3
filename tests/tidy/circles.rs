//! No circle between the files of a room: what both of two files need lies below both.
//!
//! A file uses another where a `use`, or a path from `crate`, `super` or `self`, names something that stands there; what a
//! `mod.rs` hands on stands where it is written.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{product, sources, word};

/// Edges that stay although they close a circle, as (user, used).
const STAYING: &[(&str, &str)] = &[
    // A candidate holds the inputs of the gate, whose number stands with the gate.
    ("ranking::scored", "ranking::confidence::model"),
    ("ranking::scored", "ranking::confidence::gate"),
];

#[test]
fn no_file_uses_one_that_uses_it() {
    let modules = Modules::read();
    let mut edges: BTreeSet<(String, String)> = BTreeSet::new();
    for (from, code) in &modules.code {
        let paths = uses(code).into_iter().filter(|(exported, _)| !exported).map(|(_, path)| path);
        for to in paths.filter_map(|path| modules.file_of(&modules.absolute(from, &path)?, 0)) {
            let stays = STAYING.contains(&(from.as_str(), to.as_str()));
            if to != *from && first(&to) == first(from) && !stays {
                edges.insert((from.clone(), to));
            }
        }
    }
    // What nobody uses, or uses nobody, is in no circle; what is left when all of it is taken away is.
    loop {
        let (users, used): (BTreeSet<String>, BTreeSet<String>) = edges.iter().cloned().unzip();
        let before = edges.len();
        edges.retain(|(from, to)| used.contains(from) && users.contains(to));
        if edges.len() == before {
            break;
        }
    }
    assert!(edges.is_empty(), "a circle: move what both need below both: {edges:#?}");
}

/// The modules of the crate by path, `a::b`, with their code and what each hands on under a name.
struct Modules {
    code: BTreeMap<String, String>,
    exports: BTreeMap<(String, String), String>,
}

impl Modules {
    fn read() -> Self {
        let named = |(path, text): (PathBuf, String)| {
            let below =
                path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap().with_extension("");
            let name = below.iter().map(|part| part.to_str().unwrap()).collect::<Vec<_>>().join("::");
            (name.trim_end_matches("::mod").to_owned(), product(&text))
        };
        let mut modules = Self { code: sources().into_iter().map(named).collect(), exports: BTreeMap::new() };
        for (module, code) in &modules.code {
            for (_, path) in uses(code).into_iter().filter(|(exported, _)| *exported) {
                if let Some(path) = modules.absolute(module, &path) {
                    let name = path.rsplit("::").next().unwrap().to_owned();
                    modules.exports.insert((module.clone(), name), path);
                }
            }
        }
        modules
    }

    /// A path as written in a module → the same from the root; none where it leads out of the crate.
    fn absolute(&self, module: &str, path: &str) -> Option<String> {
        if let Some(rest) = path.strip_prefix("crate::") {
            return Some(rest.to_owned());
        }
        let mut base: Vec<&str> = module.split("::").collect();
        let mut rest = path.strip_prefix("self::").unwrap_or(path);
        let child = format!("{module}::{}", word(rest));
        if rest == path && !path.starts_with("super::") && !self.code.contains_key(&child) {
            return None;
        }
        while let Some(shorter) = rest.strip_prefix("super::") {
            base.pop();
            rest = shorter;
        }
        base.push(rest);
        Some(base.join("::"))
    }

    /// The module whose file holds what a path names, through what modules hand on.
    fn file_of(&self, path: &str, followed: usize) -> Option<String> {
        let ends = path.match_indices("::").map(|(at, _)| at).chain([path.len()]);
        let module = ends.map(|end| &path[..end]).filter(|start| self.code.contains_key(*start)).last()?;
        let name = word(path[module.len()..].trim_start_matches(':'));
        match self.exports.get(&(module.to_owned(), name.to_owned())) {
            Some(further) if followed < 9 => self.file_of(further, followed + 1),
            _ => Some(module.to_owned()),
        }
    }
}

/// Paths below `crate`, `self`, `super` or a child module that code names; whether each is handed on by a `pub use`.
fn uses(code: &str) -> Vec<(bool, String)> {
    let mut found = Vec::new();
    for statement in code.split(';') {
        let last = statement.trim_start().trim_start_matches("}").trim_start();
        let (public, tree) =
            match last.split_once("use ") {
                Some(("", tree)) => (false, tree),
                Some((before, tree)) if before.starts_with("pub") && before.len() < 40 => (true, tree),
                _ => {
                    for start in ["crate::", "super::", "self::"] {
                        let starts = statement.match_indices(start).map(|(at, _)| at);
                        let own =
                            starts.filter(|at| !statement[..*at].ends_with(|c: char| c == ':' || c.is_alphanumeric()));
                        let end = |rest: &str| rest.find(|c: char| c != ':' && c != '_' && !c.is_alphanumeric());
                        found.extend(own.map(|at| &statement[at..]).map(|rest| {
                            (false, rest[..end(rest).unwrap_or(rest.len())].trim_end_matches(':').to_owned())
                        }));
                    }
                    continue;
                }
            };
        found.extend(leaves(tree).into_iter().map(|path| (public, path)));
    }
    found
}

/// `a::{b, c::{d}}` → `a::b`, `a::c::d`.
fn leaves(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((before, inside)) = tree.split_once('{') else {
        return vec![tree.split(" as ").next().unwrap().to_owned()];
    };
    let inside = &inside[..inside.rfind('}').unwrap_or(inside.len())];
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in inside.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if c == ',' && depth == 0 { parts.push(String::new()) } else { parts.last_mut().unwrap().push(c) }
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.flat_map(|part| leaves(&format!("{before}{part}"))).collect()
}

fn first(path: &str) -> &str {
    path.split("::").next().unwrap()
}
