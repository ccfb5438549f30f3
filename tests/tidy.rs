//! Keeps the shape of the source tree: which room may use which, which room may name which crate, no circle between
//! files, no two public types of one name, the size of files and folders, heads, and the paths that documents name.
//!
//! A rule that fails says which file broke it; mend the file, or change the table below in a commit that says why.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "tidy/circles.rs"]
mod circles;

/// Room → rooms it may use. Rooms are the first path segment below `src/`.
const EDGES: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("atomic_file", &[]),
    ("clock", &[]),
    ("numbers", &[]),
    ("backup", &["atomic_file", "knowledge_base", "store"]),
    ("stats", &["numbers", "random"]),
    ("mail", &["text"]),
    ("smalltalk", &["text"]),
    ("config", &["encoder", "policy"]),
    ("telemetry", &["config"]),
    ("spreadsheet", &[]),
    ("routing", &["text"]),
    ("corpus", &["atomic_file", "routing", "smalltalk", "spreadsheet", "text"]),
    ("random", &[]),
    ("encoder", &[]),
    (
        "tickets",
        &[
            "atomic_file",
            "corpus",
            "encoder",
            "mail",
            "numbers",
            "random",
            "routing",
            "smalltalk",
            "spreadsheet",
            "stats",
            "text",
        ],
    ),
    ("retrieval", &["text"]),
    ("difference", &["numbers", "text"]),
    ("ranking", &["corpus", "decision", "difference", "encoder", "numbers", "policy", "retrieval", "text"]),
    ("decision", &[]),
    ("policy", &["decision", "stats"]),
    (
        "snapshot",
        &["corpus", "decision", "encoder", "policy", "ranking", "retrieval", "routing", "smalltalk", "text", "tickets"],
    ),
    (
        "gate",
        &["answer", "corpus", "decision", "encoder", "policy", "ranking", "retrieval", "snapshot", "text", "tickets"],
    ),
    (
        "knowledge_base",
        &[
            "atomic_file",
            "corpus",
            "encoder",
            "gate",
            "policy",
            "ranking",
            "record",
            "retrieval",
            "snapshot",
            "store",
            "text",
            "tickets",
        ],
    ),
    ("explanation", &["difference", "ranking", "snapshot", "text"]),
    (
        "answer",
        &[
            "corpus",
            "decision",
            "encoder",
            "explanation",
            "ranking",
            "retrieval",
            "routing",
            "smalltalk",
            "snapshot",
            "text",
            "tickets",
        ],
    ),
    ("record", &[]),
    ("store", &["atomic_file", "conversation", "record"]),
    ("conversation", &["answer", "corpus", "ranking", "record", "retrieval", "snapshot", "text"]),
    ("evaluation", &["answer", "corpus", "decision", "numbers", "retrieval", "snapshot", "stats", "tickets"]),
    (
        "http",
        &[
            "answer",
            "clock",
            "config",
            "conversation",
            "corpus",
            "decision",
            "gate",
            "knowledge_base",
            "policy",
            "record",
            "retrieval",
            "snapshot",
            "store",
            "telemetry",
            "tickets",
            "text",
        ],
    ),
    (
        "cli",
        &[
            "answer",
            "atomic_file",
            "backup",
            "clock",
            "config",
            "corpus",
            "decision",
            "difference",
            "evaluation",
            "explanation",
            "http",
            "gate",
            "knowledge_base",
            "encoder",
            "policy",
            "ranking",
            "record",
            "snapshot",
            "stats",
            "store",
            "telemetry",
            "text",
            "tickets",
        ],
    ),
    ("lib", &[]),
    ("main", &["cli"]),
];

/// Crate → rooms that may name it.
const CONFINED: &[(&str, &[&str])] = &[
    ("axum", &["http"]),
    ("tower_http", &["http"]),
    ("tantivy", &["retrieval"]),
    ("jieba_rs", &["text"]),
    ("linfa", &["tickets", "ranking"]),
    ("linfa_logistic", &["tickets", "ranking"]),
    ("ndarray", &["tickets", "ranking"]),
    ("zip", &["backup", "spreadsheet"]),
    ("quick_xml", &["spreadsheet"]),
    ("saphyr_parser", &["corpus"]),
    ("unicode_normalization", &["text", "encoder"]),
    ("rapidfuzz", &["config", "corpus", "http", "ranking", "tickets"]),
    ("clap", &["cli", "config"]),
    ("opentelemetry", &["telemetry"]),
    ("ureq", &["telemetry"]),
    ("plotters", &["evaluation"]),
    ("sqlx", &["store"]),
    ("crc32fast", &["store"]),
    ("tokio", &["http", "cli", "knowledge_base", "store"]),
];

const MAX_LINES: usize = 400;
const MAX_FILES: usize = 15;

/// Names that several rooms may give a public type each.
const IDIOMS: &[&str] = &[
    "Args", // of one command
];

fn sources() -> Vec<(PathBuf, String)> {
    let found = files("src", "rs");
    assert!(found.len() > 30, "only {} source files found: is the path right?", found.len());
    found
}

/// Every file with this extension below a folder of the repository, with its text.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == extension) {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

fn room(path: &Path) -> String {
    let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    let first = below.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

/// Code without comments and string contents is not needed: a path in a comment is as binding.
fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Code without comments, tests and macros, whose paths are those of the place they are used in.
fn product(text: &str) -> String {
    let text = text.split("#[cfg(test)]\n").next().unwrap();
    let mut parts = text.split("\nmacro_rules!");
    let mut kept = parts.next().unwrap().to_owned();
    for part in parts {
        kept.push_str(part.split_once("\n}\n").unwrap().1);
    }
    code(&kept).replace("(in crate::", "(in ")
}

#[test]
fn rooms_use_only_the_rooms_they_may() {
    let allowed: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let room = room(&path);
        let Some(may) = allowed.get(room.as_str()) else { panic!("{} is in no room of the table", path.display()) };
        for (at, _) in code(&text).match_indices("crate::") {
            let code = code(&text);
            let rest = &code[at + "crate::".len()..];
            let named: Vec<String> = if let Some(list) = rest.strip_prefix('{') {
                list.split('}')
                    .next()
                    .unwrap()
                    .split(',')
                    .map(|n| n.trim().split("::").next().unwrap().to_owned())
                    .collect()
            } else {
                vec![rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap().to_owned()]
            };
            for used in named.iter().filter(|used| allowed.contains_key(used.as_str())) {
                if *used != room && !may.contains(&used.as_str()) {
                    wrong.push(format!("{} uses {used}; {room} may use only {may:?}", path.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn rooms_are_private_so_that_dead_code_is_found() {
    let (_, facade) = sources().into_iter().find(|(path, _)| path.ends_with("src/lib.rs")).unwrap();
    let open: Vec<&str> = facade.lines().filter(|line| line.starts_with("pub mod ")).collect();
    assert!(open.is_empty(), "name in lib.rs what is used outside instead of opening the room: {open:?}");
}

#[test]
fn crates_stay_in_their_rooms() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let (room, code) = (room(&path), code(&text));
        for &(name, rooms) in CONFINED {
            let named = code
                .match_indices(&format!("{name}::"))
                .any(|(at, _)| !code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':'));
            if named && !rooms.contains(&room.as_str()) {
                wrong.push(format!("{} names {name}, which belongs to {rooms:?}", path.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short_and_begin_with_their_purpose() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        if text.lines().count() > MAX_LINES {
            wrong.push(format!("{} has {} lines: split it by what it does", path.display(), text.lines().count()));
        }
        if !text.starts_with("//! ") {
            wrong.push(format!("{} does not begin with a //! head", path.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_room_is_called_after_what_it_collects() {
    let banned = ["utils", "util", "helpers", "helper", "common", "misc", "models", "manager", "service"];
    for (path, _) in sources() {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(!banned.contains(&stem), "{}: name the file after what it does", path.display());
    }
}

#[test]
fn no_folder_holds_more_than_can_be_seen_at_once() {
    let mut folders: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for (path, _) in sources().into_iter().chain(files("tests", "rs")) {
        *folders.entry(path.parent().unwrap().to_owned()).or_default() += 1;
    }
    let full: Vec<_> = folders.iter().filter(|(_, count)| **count > MAX_FILES).collect();
    assert!(full.is_empty(), "more than {MAX_FILES} files, group them by what they do: {full:?}");
}

#[test]
fn no_two_public_types_have_one_name() {
    let mut named: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for (path, text) in sources() {
        for line in product(&text).lines() {
            let kinds = ["pub struct ", "pub enum ", "pub trait ", "pub type "];
            let Some(rest) = kinds.iter().find_map(|kind| line.strip_prefix(kind)) else { continue };
            named.entry(word(rest).to_owned()).or_default().push(path.clone());
        }
    }
    named.retain(|name, paths| paths.len() > 1 && !IDIOMS.contains(&name.as_str()));
    assert!(named.is_empty(), "one word, one idea: {named:#?}");
}

fn word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap()
}

#[test]
fn documents_name_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let readme = (root.join("README.md"), fs::read_to_string(root.join("README.md")).unwrap());
    let folders = ["docs", "models", "benches", "corpus", "tests"];
    let documents = folders.iter().flat_map(|folder| files(folder, "md")).chain([readme]);
    let mut missing = Vec::new();
    for (document, text) in documents {
        let beside = document.parent().unwrap();
        let links = text.split("](").skip(1).map(|rest| rest.split([')', '#']).next().unwrap());
        let local = links.filter(|link| !link.is_empty() && !link.contains("://"));
        missing
            .extend(local.filter(|link| !beside.join(link).exists()).map(|link| (document.clone(), link.to_owned())));
        // In backticks: a path is what begins with a folder of the repository or a room and names a file or folder.
        let prose: String = text.split("```").step_by(2).collect();
        for quoted in prose.split('`').skip(1).step_by(2).filter(|quoted| quoted.contains('/')) {
            let path = quoted.split_whitespace().next().unwrap_or_default();
            let start = path.split('/').next().unwrap();
            let is_path = path.chars().all(|c| c.is_ascii_alphanumeric() || "/._-".contains(c));
            let known = !start.is_empty()
                && start != "target"
                && (root.join(start).is_dir() || root.join("src").join(start).is_dir());
            if is_path && known && ![root.join(path), root.join("src").join(path)].iter().any(|at| at.exists()) {
                missing.push((document.clone(), path.to_owned()));
            }
        }
    }
    assert!(missing.is_empty(), "named and not there: {missing:#?}");
}
