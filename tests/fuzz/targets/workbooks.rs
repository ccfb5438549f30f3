//! A part of a spreadsheet; the first byte chooses which, the others are those of a sound one.
#![no_main]

use std::io::{Cursor, Read as _, Write as _};
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use yingda::{SourceFile, load_named_files};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

static PARTS: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| {
    let mut archive = ZipArchive::new(Cursor::new(include_bytes!("../seed.xlsx"))).unwrap();
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        parts.push((part.name().unwrap().into_owned(), content));
    }
    parts.sort();
    parts
});

fuzz_target!(|bytes: &[u8]| {
    let Some((first, content)) = bytes.split_first() else { return };
    let chosen = usize::from(*first) % PARTS.len();
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    for (at, (name, sound)) in PARTS.iter().enumerate() {
        packed
            .start_file(name.as_str(), SimpleFileOptions::default().compression_method(CompressionMethod::Stored))
            .unwrap();
        packed.write_all(if at == chosen { content } else { sound }).unwrap();
    }
    let file = SourceFile { path: "faq.xlsx".to_owned(), bytes: packed.finish().unwrap().into_inner() };
    let refused = load_named_files(&[file], &TimeZone::UTC).err();
    assert!(refused.is_none_or(|refused| !refused.issues.is_empty()), "refused without a word");
});
