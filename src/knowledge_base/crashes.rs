//! Ends the process before each call by which a version is written, or lets that call fail, and starts again: what was
//! acknowledged is there, what was not is there as a whole or not at all, and nothing is left lying about.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use tempfile::TempDir;

use super::{KnowledgeBase, NoticeCode, ReloadOptions, Sources};
use crate::atomic_file::fault::{self, Fault};

/// More calls than any change makes.
const MOST: usize = 200;

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

fn entries(days: u32) -> String {
    format!(
        "{{\"id\":\"a\",\"question\":\"退款多久能到账\",\"answer\":\"{days}天\"}}\n\
         {{\"id\":\"b\",\"question\":\"怎么开电子发票\",\"answer\":\"在订单里\"}}\n"
    )
}

/// A corpus directory and a state directory that hold two published versions.
struct Place {
    corpus: TempDir,
    state: TempDir,
    versions: [String; 2],
}

impl Place {
    fn new(published: u32) -> Self {
        let mut place =
            Self { corpus: TempDir::new().unwrap(), state: TempDir::new().unwrap(), versions: Default::default() };
        place.write(1);
        if published > 0 {
            let base = place.open().unwrap();
            place.versions[0] = version(&base);
            place.write(2);
            if published > 1 {
                base.reload(&ReloadOptions::default(), now()).unwrap();
                place.versions[1] = version(&base);
            }
        }
        place
    }

    fn write(&self, days: u32) {
        fs::write(self.corpus.path().join("faq.jsonl"), entries(days)).unwrap();
    }

    fn open(&self) -> Result<KnowledgeBase, super::PublishError> {
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/model_v1");
        let sources = Sources {
            corpus: Some(self.corpus.path().to_owned()),
            model: Some(model),
            data: Some(self.state.path().to_owned()),
            ..Sources::embedded()
        };
        KnowledgeBase::open("default", sources, now())
    }
}

fn version(base: &KnowledgeBase) -> String {
    base.snapshot().corpus.version.clone()
}

/// Drafts and former directories that were left.
fn litter(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        let extension = path.extension().unwrap_or_default();
        if extension == "tmp" || extension == "previous" || extension == "damaged" {
            found.push(path);
        } else if path.is_dir() {
            found.extend(litter(&path));
        }
    }
    found
}

/// A change: how many versions are published before, what is done, and whether it was acknowledged as durable.
type Change = (&'static str, u32, fn(&Place, Option<&KnowledgeBase>) -> Result<(String, bool), String>);

fn kept(base: &KnowledgeBase) -> (String, bool) {
    (version(base), base.live().notices.iter().all(|notice| notice.code != NoticeCode::NotKept))
}

const CHANGES: [Change; 3] = [
    ("first start", 0, |place, _| place.open().map(|base| kept(&base)).map_err(|error| error.to_string())),
    ("reload", 1, |_, base| {
        let base = base.ok_or("no base")?;
        base.reload(&ReloadOptions::default(), now()).map(|_| kept(base)).map_err(|error| error.to_string())
    }),
    ("rollback", 2, |place, base| {
        let base = base.ok_or("no base")?;
        base.rollback(&place.versions[0], "", now()).map(|_| kept(base)).map_err(|error| error.to_string())
    }),
];

/// Tries a change with a fault at one of its calls; whether the fault struck.
fn strike((name, published, change): Change, at: usize, fault: Fault) -> bool {
    let what = format!("{name}, {fault:?} at call {at}");
    let place = Place::new(published);
    let base = (published > 0).then(|| place.open().unwrap());
    let before = base.as_ref().map(version);
    fault::plan(place.state.path(), at, fault);
    let done = change(&place, base.as_ref());
    let struck = fault::end(place.state.path()) > at;
    if let (Some(base), Fault::Error) = (&base, fault) {
        // The process lives on: it serves one of the two, and the change succeeds at the next try.
        assert!(done.as_ref().map_or(before.as_ref(), |(version, _)| Some(version)) == Some(&version(base)), "{what}");
        let again = change(&place, Some(base));
        assert!(again.as_ref().is_ok_and(|(_, durable)| *durable), "{what}: {again:?}");
    }
    drop(base);
    let base = place.open().unwrap_or_else(|error| panic!("{what}: no start: {error}"));
    let served = version(&base);
    match (&done, fault) {
        (Ok((version, true)), _) => assert_eq!(served, *version, "{what}: acknowledged and lost"),
        (_, Fault::Error) => {}
        (_, Fault::Crash | Fault::TornCrash) => {
            let known = [before, done.ok().map(|(version, _)| version)];
            let whole = base.snapshot().corpus.entries.len() == 2;
            let new =
                base.snapshot().corpus.entries.iter().any(|entry| ["1天", "2天"].contains(&entry.answer.as_str()));
            assert!(whole && new, "{what}: serves something else than {known:?}");
        }
    }
    let told = base.live().notices.iter().map(|notice| notice.code).collect::<Vec<_>>();
    let lost = |code: &NoticeCode| matches!(code, NoticeCode::MarkLost | NoticeCode::VersionLost);
    assert!(!told.iter().any(lost), "{what}: {told:?}");
    drop(base);
    assert_eq!(litter(place.state.path()), Vec::<PathBuf>::new(), "{what}");
    struck
}

#[test]
fn no_crash_and_no_failing_call_loses_a_version() {
    for change in CHANGES {
        for fault in [Fault::Crash, Fault::TornCrash, Fault::Error] {
            let calls = (0..MOST).take_while(|at| strike(change, *at, fault)).count();
            assert!((4..MOST).contains(&calls), "{}: {calls} calls", change.0);
        }
    }
}
