//! What is kept comes back, whatever happened to the files in between.

use std::fs;

use jiff::tz::TimeZone;

use super::*;
use crate::corpus::{SourceFile, load_files};

fn corpus(answer: &str) -> Arc<Corpus> {
    let text = format!("id,q,a,失效时间\n1,一,{answer},2026-11-11 20:00\n");
    let file = SourceFile { path: "a.csv".into(), bytes: text.into_bytes() };
    Arc::new(load_files(&[file], &TimeZone::get("Asia/Shanghai").unwrap()).unwrap())
}

fn at(second: i64) -> Publication<'static> {
    Publication {
        at: Timestamp::from_second(second).unwrap(),
        pinned: false,
        forced: None,
        source: "directory:/a",
        by: "",
    }
}

fn both(dir: &Path) -> [History; 2] {
    [History::in_memory(), History::open(dir).unwrap()]
}

#[test]
fn a_kept_version_comes_back_the_same() {
    let dir = tempfile::tempdir().unwrap();
    for mut history in both(dir.path()) {
        let kept = corpus("甲");
        history.publish(&kept, at(1)).unwrap();
        history.publish(&kept, Publication { pinned: true, ..at(2) }).unwrap(); // again: the last publication counts
        let entries = |corpus: &Corpus| serde_json::to_string(&corpus.entries).unwrap();
        assert_eq!(entries(&history.get(&kept.version).unwrap().unwrap()), entries(&kept));
        assert!(history.holds(&kept.version));
        assert_eq!(history.list().unwrap()[0].published_at, at(2).at);
        let mark = history.live().unwrap().unwrap();
        assert_eq!((mark.version.as_str(), mark.published_at, mark.pinned), (kept.version.as_str(), at(2).at, true));
        assert_eq!(mark.source.as_deref(), Some("directory:/a"));
        assert!(history.get("0123456789abcdef").unwrap().is_none());
        assert!(history.get("../../etc").unwrap().is_none()); // no way out of the directory
        assert!(!history.holds("../../etc"));
    }
    let reopened = History::open(dir.path()).unwrap();
    assert_eq!(reopened.list().unwrap().len(), 1); // a restart forgets nothing
}

#[test]
fn a_forced_publish_is_remembered_and_older_versions_read_without_one() {
    let dir = tempfile::tempdir().unwrap();
    for mut history in both(dir.path()) {
        let kept = corpus("甲");
        history.publish(&kept, at(1)).unwrap();
        assert_eq!(history.list().unwrap()[0].forced, None);
        history.publish(&kept, Publication { forced: Some("活动提前结束"), ..at(2) }).unwrap();
        history.publish(&kept, at(3)).unwrap(); // again without force: the record stays
        let listed = history.list().unwrap();
        assert_eq!((listed.len(), listed[0].forced.as_deref()), (1, Some("活动提前结束")));
        assert!(history.get(&kept.version).unwrap().is_some());
    }
    // As the first release wrote it: no reason, no source, no digest, no checksum.
    let version = corpus("甲").version.clone();
    let old = format!(
        "{{\"format\":1,\"version\":\"{version}\",\"published_at\":\"2026-11-05T04:00:00Z\",\"entries\":1,\"questions\":1}}"
    );
    fs::write(dir.path().join("versions").join(&version).join("manifest.json"), old).unwrap();
    let history = History::open(dir.path()).unwrap();
    let listed = history.list().unwrap();
    assert_eq!((listed[0].forced.as_ref(), listed[0].source.as_ref()), (None, None));
    assert!(history.holds(&version) && history.get(&version).unwrap().is_some());
}

#[test]
fn the_oldest_go_but_never_the_live_one() {
    let dir = tempfile::tempdir().unwrap();
    for mut history in both(dir.path()) {
        history.limit = 2;
        let versions: Vec<_> = (1..=4).map(|n| corpus(&format!("答{n}"))).collect();
        for (second, version) in (1..).zip(&versions) {
            history.publish(version, at(second)).unwrap();
        }
        let left =
            |history: &History| -> Vec<_> { history.list().unwrap().into_iter().map(|info| info.version).collect() };
        assert_eq!(left(&history), [&versions[3], &versions[2]].map(|corpus| corpus.version.clone()));
        history.publish(&versions[0], at(0)).unwrap(); // live, although the clock was set back
        assert!(history.get(&versions[0].version).unwrap().is_some());
        assert_eq!(history.live().unwrap().unwrap().version, versions[0].version);
    }
}

#[test]
fn damage_is_reported_set_aside_and_mended_by_publishing_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut history = History::open(dir.path()).unwrap();
    let kept = corpus("甲");
    history.publish(&kept, at(1)).unwrap();
    let path = dir.path().join("versions").join(&kept.version);
    let entries = path.join("corpus/entries.jsonl");
    let sound = fs::read_to_string(&entries).unwrap();
    let rows: [(&str, String); 3] = [
        ("its content is version", sound.replace('甲', "乙")), // edited
        ("issue(s), the first: entries.jsonl:1", sound[..20].to_owned()), // cut off
        (".: 没有任何条目", String::new()),                    // emptied
    ];
    for (expected, content) in rows {
        fs::write(&entries, content).unwrap();
        let message = history.get(&kept.version).unwrap_err().to_string();
        assert!(message.contains(expected) && !history.holds(&kept.version), "{message}");
    }
    history.publish(&kept, at(2)).unwrap();
    assert!(history.holds(&kept.version) && history.get(&kept.version).unwrap().is_some());
    fs::write(path.join("manifest.json"), "{").unwrap();
    assert_eq!(history.list().unwrap(), []);
    assert!(history.set_version_aside(&kept.version).unwrap().ends_with(format!("{}.damaged", kept.version)));
    assert!(history.get(&kept.version).unwrap().is_none());
    history.publish(&kept, at(2)).unwrap();
    assert!(history.get(&kept.version).unwrap().is_some());
    let mark = dir.path().join("live.json");
    let flipped = fs::read_to_string(&mark).unwrap().replace("\"pinned\":false", "\"pinned\":true");
    for damaged in ["{", &flipped] {
        fs::write(&mark, damaged).unwrap();
        assert!(matches!(history.live(), Err(HistoryError::DamagedMark { .. })));
    }
    history.set_mark_aside().unwrap();
    assert_eq!(history.live().unwrap(), None);
}

#[test]
fn what_a_crash_left_is_cleared_at_the_next_opening() {
    let dir = tempfile::tempdir().unwrap();
    let kept = corpus("甲");
    History::open(dir.path()).unwrap().publish(&kept, at(1)).unwrap();
    let versions = dir.path().join("versions");
    fs::create_dir_all(versions.join(".0123456789abcdef.tmp/corpus")).unwrap(); // ended while writing
    fs::create_dir_all(versions.join("fedcba9876543210/corpus")).unwrap(); // ended while deleting, in an older release
    fs::write(dir.path().join(".live.json.tmp"), "{").unwrap();
    let looked = History::look(dir.path());
    assert_eq!(fs::read_dir(&versions).unwrap().count(), 3, "looking changes nothing");
    assert_eq!(looked.list().unwrap().len(), 1);
    let history = History::open(dir.path()).unwrap();
    assert_eq!((fs::read_dir(&versions).unwrap().count(), history.list().unwrap().len()), (1, 1));
    assert!(!dir.path().join(".live.json.tmp").exists());
}
