//! What a start serves: the version published last, whatever became of the files and of the state directory.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use yingda::{KnowledgeBase, NoticeCode, PublishError, ReloadOptions, Sources};

use crate::api::app::{TestApp, model};

/// A corpus directory and a state directory, opened again and again.
struct Place {
    corpus: TempDir,
    state: TempDir,
}

fn now() -> jiff::Timestamp {
    "2026-11-05T12:00:00+08:00".parse().unwrap()
}

fn edited() -> String {
    TestApp::original().replace("三个工作日", "五个工作日")
}

impl Place {
    fn new() -> Self {
        let place = Self { corpus: TempDir::new().unwrap(), state: TempDir::new().unwrap() };
        place.write(TestApp::original());
        place
    }

    fn write(&self, lines: &str) {
        fs::write(self.corpus.path().join("faq.jsonl"), lines).unwrap();
    }

    fn sources(&self, corpus: &Path) -> Sources {
        let data = Some(self.state.path().to_owned());
        Sources { corpus: Some(corpus.to_owned()), model: Some(model()), data, ..Sources::embedded() }
    }

    fn open(&self) -> KnowledgeBase {
        KnowledgeBase::open("default", self.sources(self.corpus.path()), now()).unwrap()
    }
}

fn version(base: &KnowledgeBase) -> String {
    base.snapshot().corpus.version.clone()
}

fn codes(base: &KnowledgeBase) -> Vec<NoticeCode> {
    base.live().notices.iter().map(|notice| notice.code).collect()
}

fn reload(base: &KnowledgeBase) {
    base.reload(&ReloadOptions::default(), now()).unwrap();
}

#[test]
fn an_edit_goes_live_by_a_reload_and_not_by_a_restart() {
    let place = Place::new();
    let first = version(&place.open());
    place.write(&edited());
    let base = place.open();
    assert_eq!((version(&base), codes(&base)), (first.clone(), vec![NoticeCode::UnpublishedChanges]));
    let message = &base.live().notices[0].message;
    assert!(message.contains("修改 1") && message.contains("refund-time") && message.contains("reload"), "{message}");
    reload(&base);
    let second = version(&base);
    assert!(second != first && codes(&base).is_empty(), "publishing leaves nothing to tell");
    let published = base.live().published_at;
    drop(base);
    let base = KnowledgeBase::open("default", place.sources(place.corpus.path()), now() + jiff::Span::new().hours(9));
    let base = base.unwrap();
    assert_eq!((version(&base), codes(&base)), (second, vec![]));
    assert_eq!(base.live().published_at, published, "a restart publishes nothing");
}

#[test]
fn what_was_learnt_is_kept_and_comes_back_to_the_bit() {
    let place = Place::new();
    let cases: String = (0..40)
        .map(|at| {
            let (question, id) = [
                ("退款要等几天", "refund-time"),
                ("邮费谁出", "delivery-fee"),
                ("忘了密码", "password"),
                ("门店几点关门", ""),
            ][at % 4];
            let found =
                if id.is_empty() { "\"must_not_answer\": true".into() } else { format!("\"faq_id\": \"{id}\"") };
            format!("{{\"question\": \"{question}{at}\", {found}}}\n")
        })
        .collect();
    fs::write(place.corpus.path().join("calibration.jsonl"), cases).unwrap();
    let asked = ["退款几天能到", "发票怎么开", "包邮吗", "你们老板是谁"];
    let seen = |base: &KnowledgeBase| {
        let snapshot = base.snapshot();
        let scored = asked.map(|text| snapshot.candidates(&yingda::normalize(text), now()).unwrap());
        (format!("{scored:?}"), format!("{:?} {:?}", snapshot.matcher.learnt(), snapshot.policy))
    };
    let first = seen(&place.open());
    let file = place.state.path().join("learnt.bin");
    let kept = fs::read(&file).unwrap();
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    assert_eq!(seen(&place.open()), first);
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written, "learnt again although it was kept");
    for damaged in [&kept[..kept.len() / 2], b"", &[b'0'; 80]] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(seen(&place.open()), first);
        assert_eq!(fs::read(&file).unwrap(), kept, "not mended");
        assert_eq!(fs::read(place.state.path().join("learnt.bin.damaged")).unwrap(), damaged);
    }
    let base = place.open();
    place.write(&edited());
    reload(&base);
    assert_ne!(fs::read(&file).unwrap(), kept, "still of the version before");
}

#[test]
fn a_broken_edit_does_not_keep_the_service_from_starting() {
    let place = Place::new();
    let first = version(&place.open());
    place.write("{\"id\":\"a\",\"question\":\"\",\"answer\":\"好\"}\n");
    let base = place.open();
    assert_eq!((version(&base), codes(&base)), (first, vec![NoticeCode::BrokenSource]));
    assert!(base.live().notices[0].message.contains("faq.jsonl:1"), "{:?}", base.live().notices);
    drop(base);
    // Where nothing was ever published there is nothing else to serve.
    let elsewhere = TempDir::new().unwrap();
    let sources = Sources { data: Some(elsewhere.path().to_owned()), ..place.sources(place.corpus.path()) };
    assert!(matches!(KnowledgeBase::open("default", sources, now()), Err(PublishError::Invalid(_))));
}

#[test]
fn a_rolled_back_version_survives_a_restart_until_the_next_reload() {
    let place = Place::new();
    let base = place.open();
    let first = version(&base);
    place.write(&edited());
    reload(&base);
    let second = version(&base);
    base.rollback(&first, "", now()).unwrap();
    drop(base);
    let base = place.open();
    assert_eq!((version(&base), codes(&base)), (first, vec![NoticeCode::UnpublishedChanges]));
    reload(&base);
    drop(base);
    assert_eq!(version(&place.open()), second);
}

#[test]
fn another_directory_is_a_publication_of_its_own() {
    let place = Place::new();
    let first = version(&place.open());
    let other = TempDir::new().unwrap();
    fs::write(other.path().join("faq.jsonl"), edited()).unwrap();
    let open = |corpus: &Path| KnowledgeBase::open("default", place.sources(corpus), now()).unwrap();
    let base = open(other.path());
    let second = version(&base);
    assert!(second != first && codes(&base).is_empty());
    drop(base);
    assert_eq!(version(&place.open()), first, "and back again");
    // Broken, but something was published from there.
    fs::write(other.path().join("faq.jsonl"), "{").unwrap();
    let base = open(other.path());
    assert_eq!((version(&base), codes(&base)), (second, vec![NoticeCode::BrokenSource]));
}

#[test]
fn damage_to_the_state_is_said_and_stops_no_start() {
    // What is done to the state directory; the notices of the next start and whether it still serves the rollback.
    type Damage = fn(&Path, &str);
    let live = |state: &Path| state.join("live.json");
    let rows: [(Damage, &[NoticeCode], bool); 6] = [
        (|state, _| fs::remove_file(state.join("live.json")).unwrap(), &[NoticeCode::MarkLost], true),
        (|state, _| fs::write(state.join("live.json"), "{").unwrap(), &[NoticeCode::MarkLost], true),
        (|state, first| flip(&state.join("live.json"), first), &[NoticeCode::MarkLost], true),
        (|state, first| remove(state, first), &[NoticeCode::VersionLost], false),
        (
            |state, first| flip(&state.join("versions").join(first).join("corpus/entries.jsonl"), "工作日"),
            &[NoticeCode::VersionLost],
            false,
        ),
        (|state, _| fs::write(state.join("embeddings-standard.bin"), "x").unwrap(), &[], true),
    ];
    for (at, (damage, expected, still)) in rows.into_iter().enumerate() {
        let place = Place::new();
        let base = place.open();
        let first = version(&base);
        place.write(&edited());
        reload(&base);
        let second = version(&base);
        base.rollback(&first, "", now() + jiff::Span::new().minutes(1)).unwrap();
        drop(base);
        damage(place.state.path(), &first);
        let base = place.open();
        let serves = if still { &first } else { &second };
        let mut told = codes(&base);
        told.retain(|code| *code != NoticeCode::UnpublishedChanges);
        assert_eq!((&version(&base), told.as_slice()), (serves, expected), "row {at}: {:?}", base.live().notices);
        assert!(live(place.state.path()).is_file());
        drop(base);
        let told = codes(&place.open());
        assert!(!told.contains(&NoticeCode::MarkLost) && !told.contains(&NoticeCode::VersionLost), "row {at}: mended");
    }
}

fn flip(path: &Path, text: &str) {
    let read = fs::read_to_string(path).unwrap();
    let damaged = read.replacen(text, &text.chars().rev().collect::<String>(), 1);
    assert_ne!(read, damaged);
    fs::write(path, damaged).unwrap();
}

fn remove(state: &Path, version: &str) {
    fs::remove_dir_all(state.join("versions").join(version)).unwrap();
}

#[test]
fn a_damaged_version_cannot_be_rolled_back_to_and_is_offered_no_more() {
    let place = Place::new();
    let base = place.open();
    let first = version(&base);
    place.write(&edited());
    reload(&base);
    fs::write(place.state.path().join("versions").join(&first).join("corpus/entries.jsonl"), "{").unwrap();
    assert_eq!(base.versions().unwrap().len(), 2);
    assert!(matches!(base.rollback(&first, "", now()), Err(PublishError::DamagedVersion { .. })));
    assert_eq!(base.versions().unwrap().len(), 1);
    assert!(matches!(base.rollback(&first, "", now()), Err(PublishError::UnknownVersion(_))));
}

#[test]
fn a_disk_that_takes_nothing_stops_neither_start_nor_rollback() {
    let place = Place::new();
    let base = place.open();
    let first = version(&base);
    place.write(&edited());
    reload(&base);
    // A folder where a draft must be written refuses even a user whom permissions do not stop.
    let blocked = place.state.path().join(".live.json.tmp");
    fs::create_dir_all(blocked.join("in the way")).unwrap();
    let back = base.rollback(&first, "", now()).unwrap();
    assert_eq!((version(&base), codes(&base)), (first.clone(), vec![NoticeCode::NotKept]));
    assert!(back.warnings.iter().any(|warning| warning.message.contains("没有写进状态目录")), "{:?}", back.warnings);
    let refused = base.reload(&ReloadOptions::default(), now()).unwrap_err();
    let said = yingda::cause_chain(&refused);
    assert!(said.contains(".live.json.tmp") && said.contains("directory"), "the cause is named: {said}");
    assert_eq!(version(&base), first, "nothing changed");
    fs::remove_dir_all(blocked).unwrap();
    reload(&base);
    assert!(codes(&base).is_empty());
    // No state directory can be made at all: the corpus is served all the same.
    let file = place.state.path().join("file");
    fs::write(&file, "x").unwrap();
    let sources = Sources { data: Some(file), ..place.sources(place.corpus.path()) };
    let base = KnowledgeBase::open("default", sources, now()).unwrap();
    assert_eq!(codes(&base), [NoticeCode::NotKept]);
}

#[test]
fn a_corpus_that_lost_much_or_looks_half_copied_needs_force() {
    let place = Place::new();
    let base = place.open();
    let lines: Vec<&str> = TestApp::original().lines().collect();
    place.write(&lines[..4].join("\n"));
    let refused = base.reload(&ReloadOptions::default(), now()).unwrap_err();
    let PublishError::Refused(gate) = &refused else { panic!("{refused}") };
    let losses = gate.losses.as_ref().unwrap();
    assert_eq!((losses.entries, losses.of, losses.too_many), (4, 8, true), "{losses:?}");
    assert!(refused.to_string().contains("4 of 8 entries are gone"), "{refused}");
    let force = ReloadOptions { force: Some("业务关停".to_owned()), ..ReloadOptions::default() };
    let forced = base.reload(&force, now()).unwrap();
    assert_eq!((forced.removed.len(), forced.gate.forced.as_deref()), (4, Some("业务关停")));
}
