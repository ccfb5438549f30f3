//! A file of a model bundle whose checksums are right; the first byte chooses which.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use yingda::{Router, Routing, Ticket};

static PARTS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/model_v1");
    let mut parts: Vec<(String, Vec<u8>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    parts.sort();
    parts
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, content)) = bytes.split_first() else { return };
    let mut files = PARTS.clone();
    let at = usize::from(*first) % files.len();
    files[at].1 = content.to_vec();
    let manifest = files.iter().position(|(name, _)| name == "manifest.json").unwrap();
    if at != manifest {
        let mut value: serde_json::Value = serde_json::from_slice(&files[manifest].1).unwrap();
        for entry in value["files"].as_array_mut().unwrap() {
            let content = &files.iter().find(|(name, _)| entry["name"] == name.as_str()).unwrap().1;
            entry["bytes"] = content.len().into();
            entry["blake3"] = blake3::hash(content).to_hex().to_string().into();
        }
        files[manifest].1 = serde_json::to_vec(&value).unwrap();
    }
    let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    if let Ok(router) = Router::from_files(&files) {
        let ticket = Ticket { text: "奶粉漏了要换货。另外发票开错了", ..Ticket::default() };
        let found = router.route(&Routing::default(), &ticket, 20, true);
        assert!(found.ranking.iter().all(|group| (0.0..=1.0).contains(&group.confidence)), "{found:?}");
    }
});
