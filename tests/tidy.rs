//! Keeps the shape of the source tree: which room may use which, which room may name which crate, file size, heads.
//!
//! A rule that fails says which file broke it; mend the file, or change the table below in a commit that says why.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Room → rooms it may use. Rooms are the first path segment below `src/`.
const EDGES: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("atomic_file", &[]),
    ("clock", &[]),
    ("numbers", &[]),
    ("backup", &["atomic_file", "knowledge_base"]),
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
    ("difference", &["text"]),
    ("ranking", &["corpus", "decision", "difference", "encoder", "policy", "retrieval", "text"]),
    ("decision", &[]),
    ("policy", &["decision", "stats"]),
    ("snapshot", &["corpus", "decision", "encoder", "policy", "ranking", "retrieval", "routing", "text", "tickets"]),
    (
        "gate",
        &["answer", "corpus", "decision", "encoder", "policy", "ranking", "retrieval", "snapshot", "text", "tickets"],
    ),
    (
        "knowledge_base",
        &["atomic_file", "corpus", "encoder", "gate", "policy", "ranking", "retrieval", "snapshot", "tickets"],
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
            "snapshot",
            "stats",
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
    ("plotters", &["evaluation"]),
    ("tokio", &["http", "cli"]),
];

const MAX_LINES: usize = 400;

fn sources() -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    assert!(found.len() > 30, "only {} source files found: is the path right?", found.len());
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
