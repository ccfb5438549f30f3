//! Damage of every kind of state file: a start serves what was published last, or something else that it names, or
//! refuses and says which file; it never panics and never serves what nobody published.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use yingda::{KnowledgeBase, NoticeCode, ReloadOptions, Router, Routing, Sources, Ticket, cause_chain};

use super::dice::Dice;
use crate::api::app::{TestApp, model};

fn now() -> jiff::Timestamp {
    "2026-11-05T12:00:00+08:00".parse().unwrap()
}

fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

fn copy(from: &Path, to: &Path) {
    for file in files(from) {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(file, target).unwrap();
    }
}

/// A corpus directory with a state directory: three versions published, the first of them rolled back to.
struct Kept {
    corpus: TempDir,
    state: TempDir,
    /// Versions with how their entry on refunds answers.
    versions: Vec<(String, String)>,
}

impl Kept {
    fn new() -> Self {
        let mut kept = Self { corpus: TempDir::new().unwrap(), state: TempDir::new().unwrap(), versions: Vec::new() };
        for days in ["三", "五", "七"] {
            let text = TestApp::original().replace("三个工作日", &format!("{days}个工作日"));
            fs::write(kept.corpus.path().join("faq.jsonl"), text).unwrap();
            let base = kept.open(kept.state.path()).unwrap();
            base.reload(&ReloadOptions::default(), now()).unwrap();
            let version = base.snapshot().corpus.version.clone();
            kept.versions.push((version, format!("审核通过后{days}个工作日内原路退回。")));
        }
        let base = kept.open(kept.state.path()).unwrap();
        base.rollback(&kept.versions[0].0, "", now()).unwrap();
        kept
    }

    fn open(&self, state: &Path) -> Result<KnowledgeBase, String> {
        let sources = Sources {
            corpus: Some(self.corpus.path().to_owned()),
            model: Some(model()),
            data: Some(state.to_owned()),
            ..Sources::embedded()
        };
        KnowledgeBase::open("default", sources, now()).map_err(|error| cause_chain(&error))
    }

    /// Opens a damaged copy of the state and checks what it serves.
    fn judge(&self, what: &str, damage: impl FnOnce(&Path)) -> bool {
        let state = TempDir::new().unwrap();
        copy(self.state.path(), state.path());
        damage(state.path());
        let base = match self.open(state.path()) {
            Ok(base) => base,
            Err(error) => panic!("{what}: the start is refused, though the corpus is sound: {error}"),
        };
        let snapshot = base.snapshot();
        let known = self.versions.iter().find(|(version, _)| *version == snapshot.corpus.version);
        let (version, answer) = known.unwrap_or_else(|| panic!("{what}: serves {}", snapshot.corpus.version));
        assert_eq!(snapshot.corpus.entry("refund-time").unwrap().answer, *answer, "{what}");
        assert_eq!(snapshot.corpus.entries.len(), 8, "{what}");
        let told: Vec<NoticeCode> = base.live().notices.iter().map(|notice| notice.code).collect();
        let lost = told.iter().any(|code| matches!(code, NoticeCode::MarkLost | NoticeCode::VersionLost));
        assert!(*version == self.versions[0].0 || lost, "{what}: another version without a word: {told:?}");
        drop(base);
        // What was found damaged is set aside: the next start has nothing left to tell of it.
        let again = self.open(state.path()).unwrap();
        assert_eq!(again.snapshot().corpus.version, *version, "{what}: the next start serves another version");
        lost
    }
}

fn state_files(per_file: usize, seed: u64) {
    let kept = Kept::new();
    let mut dice = Dice(seed);
    let (mut tried, mut told) = (0, 0);
    for file in files(kept.state.path()) {
        let relative = file.strip_prefix(kept.state.path()).unwrap();
        let whole = fs::read(&file).unwrap();
        let mut contents: Vec<(String, Option<Vec<u8>>)> = vec![
            ("gone".to_owned(), None),
            ("empty".to_owned(), Some(Vec::new())),
            ("half".to_owned(), Some(whole[..whole.len() / 2].to_vec())),
        ];
        for _ in 0..per_file {
            let (at, bit) = (dice.below(whole.len().max(1)), dice.below(8));
            let mut bytes = whole.clone();
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << bit;
            }
            contents.push((format!("bit {bit} of byte {at}"), Some(bytes)));
            contents.push((format!("mutation {at}"), Some(dice.mutated(&whole))));
        }
        for (how, content) in contents {
            let what = format!("{}: {how}", relative.display());
            tried += 1;
            told += usize::from(kept.judge(&what, |state| {
                let target = state.join(relative);
                match content {
                    Some(bytes) => fs::write(target, bytes).unwrap(),
                    None => fs::remove_file(target).unwrap(),
                }
            }));
        }
    }
    println!("{tried} damaged state directories, {told} of them with a lost version or mark that was told");
    assert!(tried > 20 && told > 0, "{tried} {told}");
}

/// A damaged model is refused with the name of the file, or is the same model.
fn model_files(per_file: usize, seed: u64) {
    let texts = ["奶粉漏了要换货", "快递三天没动", "手机卡没信号", "发票抬头开错了"];
    let judged = |router: &Router| {
        texts.map(|text| {
            let found = router.route(&Routing::default(), &Ticket { text, ..Ticket::default() }, 4, true);
            serde_json::to_string(&found).unwrap()
        })
    };
    let sound = judged(&Router::load(&model()).unwrap());
    let mut dice = Dice(seed);
    let (mut refused, mut same) = (0, 0);
    for file in files(&model()) {
        let whole = fs::read(&file).unwrap();
        for at in 0..per_file {
            let dir = TempDir::new().unwrap();
            copy(&model(), dir.path());
            let damaged = if at == 0 { Vec::new() } else { dice.mutated(&whole) };
            let name = file.file_name().unwrap();
            fs::write(dir.path().join(name), damaged).unwrap();
            match Router::load(dir.path()) {
                Ok(router) => {
                    same += 1;
                    assert_eq!(judged(&router), sound, "{}", name.display());
                }
                Err(error) => {
                    refused += 1;
                    assert!(!error.to_string().is_empty());
                }
            }
        }
    }
    println!("{refused} damaged models refused, {same} the same");
    assert!(refused > same);
}

#[test]
fn a_start_survives_damage_of_each_state_file() {
    state_files(2, 11);
}

#[test]
fn a_damaged_model_is_refused_or_the_same() {
    model_files(12, 5);
}

#[test]
#[ignore = "takes long; see docs/operations.md"]
fn a_start_survives_much_damage_of_each_state_file() {
    state_files(300, 12);
    model_files(3_000, 6);
}
