//! Whatever comes in is answered or refused, and nothing panics: text, JSON, corpora, spreadsheets, model bundles, caches,
//! each mutated from seeds that are committed. A case that fails is written to `tests/fixtures/fuzz` and tried first
//! from then on.

use std::fs;
use std::io::{Cursor, Read as _, Write as _};
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;
use proptest::prelude::any;
use proptest::test_runner::{Config, FileFailurePersistence, TestRunner};
use serde_json::json;
use yingda::{
    EmbeddingTable, EntryFormat, Router, Routing, SourceFile, Ticket, in_file_order, load_files, load_named_files,
    write_entries,
};

use super::dice::Dice;
use crate::api::app::{TestApp, model};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Runs an attack under so many seeds, those that failed before first.
fn attack(name: &str, cases: u32, attempt: impl Fn(&mut Dice)) {
    let failures: &'static str =
        Box::leak(here(&format!("tests/fixtures/fuzz/{name}.txt")).to_string_lossy().into_owned().into_boxed_str());
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(failures))),
        max_shrink_iters: 0,
        ..Config::default()
    };
    let run = TestRunner::new(config).run(&any::<u64>(), |seed| {
        attempt(&mut Dice(seed));
        Ok(())
    });
    run.unwrap_or_else(|error| panic!("{name}: {error}"));
}

/// Every file of a folder under its name.
fn seeds(folder: &str) -> Vec<SourceFile> {
    let mut found: Vec<SourceFile> = fs::read_dir(here(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| SourceFile {
            path: path.file_name().unwrap().to_string_lossy().into_owned(),
            bytes: fs::read(&path).unwrap(),
        })
        .collect();
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "{folder}");
    found
}

/// Corpus files of every kind, one of them mutated.
fn corpora(cases: u32) {
    let mut files = seeds("tests/fixtures/corpus_v1");
    files.extend(seeds("tests/fixtures/fuzz/files"));
    let zone = TimeZone::UTC;
    attack("corpora", cases, |dice| {
        let at = dice.below(files.len());
        let mut one = files[at].clone();
        one.bytes = dice.mutated(&one.bytes);
        let refused = load_files(std::slice::from_ref(&one), &zone).err();
        assert!(refused.is_none_or(|issues| !issues.is_empty()), "refused without a word: {}", one.path);
        let refused = load_named_files(&[one], &zone).err();
        assert!(refused.is_none_or(|refused| !refused.issues.is_empty()), "refused without a word");
    });
}

/// A workbook as this program writes it, with one of its parts mutated, packed again.
fn workbooks(cases: u32) {
    let zone = TimeZone::UTC;
    let corpus = load_files(&seeds("tests/fixtures/corpus_v1"), &zone).unwrap();
    let bytes = write_entries(&in_file_order(&corpus.entries), EntryFormat::Xlsx, &zone).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        parts.push((part.name().unwrap().into_owned(), content));
    }
    attack("workbooks", cases, |dice| {
        let broken = dice.below(parts.len());
        let mut packed = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        for (at, (name, content)) in parts.iter().enumerate() {
            packed.start_file(name.as_str(), stored).unwrap();
            let content = if at == broken { &dice.mutated(content) } else { content };
            packed.write_all(content).unwrap();
        }
        let mut bytes = packed.finish().unwrap().into_inner();
        if dice.below(8) == 0 {
            bytes = dice.mutated(&bytes);
        }
        let refused = load_named_files(&[SourceFile { path: "faq.xlsx".to_owned(), bytes }], &zone).err();
        assert!(refused.is_none_or(|refused| !refused.issues.is_empty()), "refused without a word");
    });
}

/// Model bundles whose checksums are right and whose content is not.
fn bundles(cases: u32) {
    let parts: Vec<SourceFile> = seeds("tests/fixtures/model_v1");
    attack("bundles", cases, |dice| {
        let mut files: Vec<(String, Vec<u8>)> =
            parts.iter().map(|part| (part.path.clone(), part.bytes.clone())).collect();
        let broken = dice.below(files.len());
        files[broken].1 = dice.mutated(&files[broken].1);
        let at = files.iter().position(|(name, _)| name == "manifest.json").unwrap();
        if broken != at
            && let Ok(mut manifest) = serde_json::from_slice::<serde_json::Value>(&files[at].1)
        {
            for entry in manifest["files"].as_array_mut().unwrap() {
                let content = &files.iter().find(|(name, _)| entry["name"] == name.as_str()).unwrap().1;
                entry["bytes"] = json!(content.len());
                entry["blake3"] = json!(blake3::hash(content).to_hex().to_string());
            }
            files[at].1 = serde_json::to_vec(&manifest).unwrap();
        }
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        if let Ok(router) = Router::from_files(&files) {
            for text in ["奶粉漏了要换货。另外发票开错了", "快递", "\u{fdfa}"] {
                let found = router.route(&Routing::default(), &Ticket { text, ..Ticket::default() }, 20, true);
                let sound = |share: f64| share.is_finite() && (0.0..=1.0).contains(&share);
                assert!(sound(found.confidence), "{found:?}");
                assert!(found.ranking.iter().chain(&found.shortlist).all(|group| sound(group.confidence)), "{found:?}");
            }
        }
    });
}

/// Vectors kept beside a knowledge base, with a checksum that is right.
fn caches(cases: u32) {
    let app = tempfile::tempdir().unwrap();
    let corpus = app.path().join("corpus");
    fs::create_dir_all(&corpus).unwrap();
    fs::write(corpus.join("faq.jsonl"), TestApp::original()).unwrap();
    let sources = yingda::Sources { corpus: Some(corpus), model: Some(model()), ..yingda::Sources::embedded() };
    let base = yingda::KnowledgeBase::open("default", sources, jiff::Timestamp::UNIX_EPOCH).unwrap();
    let whole = base.snapshot().embeddings().to_bytes();
    let content = &whole[..whole.len() - 32];
    attack("caches", cases, |dice| {
        let mut bytes = dice.mutated(content);
        bytes.extend(blake3::hash(&bytes).as_bytes());
        let _ = EmbeddingTable::from_bytes(&bytes);
        assert!(EmbeddingTable::from_bytes(&dice.mutated(&whole)).is_none_or(|table| table.to_bytes() == whole));
    });
}

/// Pieces of customers' messages, of other formats and of attacks.
const PIECES: [&str; 40] = [
    "退款",
    "几天到账",
    "怎么",
    "你好",
    "谢谢",
    "转人工",
    "我要投诉",
    "不",
    "吗",
    "？",
    "，",
    "\n",
    " ",
    "<p>",
    "</p>",
    "<!--",
    "&amp;",
    "&#x1F600;",
    "😀",
    "\u{200b}",
    "\u{fdfa}",
    "e\u{301}",
    "\u{202e}",
    "\u{0}",
    "\u{feff}",
    "13800001234",
    "a@b.cn",
    "iphone 15",
    "tuikuan",
    "運費",
    "锟斤拷",
    "> ",
    "发件人：某人",
    "-- ",
    "On 2026-01-01 a wrote:",
    "1",
    "第二个",
    "都不是",
    "\u{10ffff}",
    "ＡＢ",
];

/// Messages and tickets, and JSON that is not quite what the API asks for.
fn requests(cases: u32) {
    let app = TestApp::spawn();
    attack("requests", cases, |dice| {
        let text: String = (0..=dice.below(24)).map(|_| *dice.of(&PIECES)).collect();
        let id = dice.below(4);
        let bodies = [
            ("/v1/answer", json!({"question": text, "explain": true, "conversation_id": id, "channel": "sms"})),
            ("/v1/classify", json!({"title": text, "text": text, "explain": true, "ticket_id": id})),
            ("/v1/classify/batch", json!({"tickets": [{"text": text}, {"txt": text}, 7, null]})),
            ("/v1/corpus/rollback", json!({"version": text})),
        ];
        let (path, body) = dice.of(&bodies);
        let body = body.to_string();
        let mutated = String::from_utf8_lossy(&dice.mutated(body.as_bytes())).into_owned();
        for body in [body, mutated] {
            let reply = app.post_text(path, &body);
            assert!(reply.status < 500, "{path} {body}: {reply:?}");
            let parsed: serde_json::Value = reply.json();
            assert!(reply.status == 200 || parsed["code"].is_string(), "{path} {body}: {reply:?}");
        }
        let typed: String = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
        let reply = app.get(&format!("/v1/suggest?q={typed}"));
        assert!(matches!(reply.status, 200 | 422), "{typed}: {reply:?}");
    });
}

#[test]
fn files_of_any_content_are_read_or_refused() {
    corpora(400);
    workbooks(300);
}

#[test]
fn bundles_and_caches_of_any_content_are_sound_or_refused() {
    bundles(120);
    caches(200);
}

#[test]
fn requests_of_any_content_are_answered_or_refused() {
    requests(200);
}

#[test]
#[ignore = "takes long; see docs/operations.md"]
fn a_long_run_of_all_attacks() {
    corpora(60_000);
    workbooks(30_000);
    bundles(10_000);
    caches(20_000);
    requests(20_000);
}
