//! What the program is built from: only crates of the usual registry, under licences that `deny.toml` allows. `cargo
//! deny check` looks at more, and needs the net.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at the first surprise")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Every crate that is built for this machine.
fn packages() -> Vec<Value> {
    let cargo = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO")).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let about = Command::new("rustc").arg("-vV").output().unwrap();
    let about = String::from_utf8(about.stdout).unwrap();
    let host = about.lines().find_map(|line| line.strip_prefix("host: ")).expect("rustc names its host");
    let metadata = cargo(&["metadata", "--format-version", "1", "--locked", "--offline", "--filter-platform", host]);
    let metadata: Value = serde_json::from_str(&metadata).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

/// Whether a licence expression (SPDX, or the older `A/B`) leaves a choice that is allowed. Brackets stand only around
/// what `AND` joins.
fn is_allowed(expression: &str, allowed: &[String]) -> bool {
    let expression = expression.replace('/', " OR ");
    let parts = |text: &str, word: &str| text.split(word).map(|part| part.trim().to_owned()).collect::<Vec<_>>();
    let choice = |text: &str| {
        let inner = text.trim_matches(['(', ')', ' ']);
        parts(inner, " OR ").iter().any(|one| allowed.contains(one))
    };
    parts(&expression, " AND ").iter().all(|part| choice(part))
}

#[test]
fn licences_and_sources_are_those_that_are_allowed() {
    let list = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("deny.toml")).unwrap();
    let list: toml::Table = list.parse().unwrap();
    let allowed: Vec<String> =
        list["licenses"]["allow"].as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned()).collect();
    let mut wrong = Vec::new();
    let packages = packages();
    for package in &packages {
        let name = format!("{} {}", package["name"].as_str().unwrap(), package["version"].as_str().unwrap());
        let licence = package["license"].as_str().unwrap_or("none");
        if !is_allowed(licence, &allowed) {
            wrong.push(format!("{name}: licence {licence}"));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| !source.starts_with("registry+")) {
            wrong.push(format!("{name}: from {}", source.unwrap_or_default()));
        }
    }
    assert!(packages.len() > 100, "{}", packages.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_licence_is_allowed_where_one_of_the_choices_is() {
    let allowed = ["MIT".to_owned(), "Apache-2.0".to_owned()];
    let rows = [
        ("MIT OR GPL-3.0", true),
        ("Apache-2.0/MIT", true),
        ("(MIT OR Apache-2.0) AND Unicode-3.0", false),
        ("MIT AND Apache-2.0", true),
        ("GPL-3.0", false),
        ("none", false),
    ];
    for (expression, expected) in rows {
        assert_eq!(is_allowed(expression, &allowed), expected, "{expression}");
    }
}
