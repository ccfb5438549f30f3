//! Backups taken, damaged, cut and restored.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;

fn content(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

fn state(dir: &Path) -> PathBuf {
    let state = dir.join("state");
    for (name, bytes) in [
        ("live.json", b"{}".as_slice()),
        ("versions/a/manifest.json", b"[1]"),
        ("versions/a/corpus/faq.jsonl", &[7; 200_000]),
        ("kb/second/live.json", b""),
    ] {
        fs::create_dir_all(state.join(name).parent().unwrap()).unwrap();
        fs::write(state.join(name), bytes).unwrap();
    }
    state
}

#[test]
fn what_was_taken_comes_back_without_locks_and_drafts() {
    let dir = tempfile::tempdir().unwrap();
    let state = state(dir.path());
    let expected = content(&state);
    fs::write(state.join("yingda.lock"), "1").unwrap();
    fs::write(state.join(".live.json.tmp"), "half").unwrap();
    let archive = dir.path().join("backup.zip");
    let taken = take(&state, &archive).unwrap();
    assert_eq!(taken.files[0].path, "live.json", "marks come before what they mark");
    let back = dir.path().join("back");
    assert_eq!(restore(&archive, &back).unwrap(), taken);
    assert_eq!(content(&back), expected);
    assert!(matches!(restore(&archive, &back), Err(BackupError::NotEmpty { .. })));
    assert!(matches!(take(&state, &state.join("b.zip")), Err(BackupError::Inside { .. })));
    assert!(matches!(take(&dir.path().join("none"), &archive), Err(BackupError::File(_))));
}

#[test]
fn a_cut_or_changed_archive_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (state, archive, back) = (state(dir.path()), dir.path().join("backup.zip"), dir.path().join("back"));
    take(&state, &archive).unwrap();
    let whole = fs::read(&archive).unwrap();
    let expected = content(&state);
    for at in (0..whole.len()).step_by(7) {
        fs::write(&archive, &whole[..at]).unwrap();
        assert!(restore(&archive, &back).is_err(), "cut at {at}");
        assert!(!back.exists() && !dir.path().join(".back.tmp").exists());
    }
    let mut refused = 0;
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (at % 8);
        fs::write(&archive, &changed).unwrap();
        // A byte that means nothing for the content, such as a date, may change.
        match restore(&archive, &back) {
            Ok(_) => assert_eq!(content(&back), expected, "changed at {at}"),
            Err(_) => refused += 1,
        }
        let _ = fs::remove_dir_all(&back);
    }
    assert!(refused > whole.len() / 2, "{refused} of {}", whole.len());
}

#[test]
fn an_archive_of_a_newer_program_or_with_a_path_out_of_it_is_refused() {
    use std::io::Write as _;
    let dir = tempfile::tempdir().unwrap();
    let archive = dir.path().join("backup.zip");
    let written = |manifest: &str| {
        let mut zip = zip::ZipWriter::new(fs::File::create(&archive).unwrap());
        for (name, text) in [("../escaped", "x"), (MANIFEST, manifest)] {
            zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap();
        restore(&archive, &dir.path().join("back")).unwrap_err()
    };
    let hash = blake3::hash(b"x").to_hex();
    let escaping = format!(
        r#"{{"format": 1, "program": "1", "files": [{{"path": "../escaped", "bytes": 1, "blake3": "{hash}"}}]}}"#
    );
    assert!(matches!(written(&escaping), BackupError::Damaged { .. }));
    assert!(!dir.path().join("escaped").exists());
    assert!(matches!(written(r#"{"format": 2, "program": "9.0", "files": []}"#), BackupError::Newer { .. }));
    assert!(matches!(written("[]"), BackupError::Manifest { .. }));
}
