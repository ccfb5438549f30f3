//! A file of a corpus; its first byte chooses which.
#![no_main]

use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use yingda::{SourceFile, load_files, load_named_files};

const NAMES: [&str; 12] = [
    "faq.jsonl",
    "faq.csv",
    "faq.toml",
    "faq.json",
    "faq.yml",
    "faq.txt",
    "synonyms.txt",
    "dictionary.txt",
    "routing.toml",
    "smalltalk.toml",
    "golden.jsonl",
    "calibration.jsonl",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, content)) = bytes.split_first() else { return };
    let name = NAMES[usize::from(*first) % NAMES.len()];
    let file = SourceFile { path: name.to_owned(), bytes: content.to_vec() };
    let refused = load_files(std::slice::from_ref(&file), &TimeZone::UTC).err();
    assert!(refused.is_none_or(|issues| !issues.is_empty()), "refused without a word");
    let refused = load_named_files(&[file], &TimeZone::UTC).err();
    assert!(refused.is_none_or(|refused| !refused.issues.is_empty()), "refused without a word");
});
