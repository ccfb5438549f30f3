//! `kill -9` before each call by which the binary changes files, placed by strace: publishing, rolling back, a first
//! start with its store, promoting a model, backing up and restoring. What was acknowledged is there afterwards, what was
//! not is there as a whole or not at all, and doing it again does it. `src/knowledge_base/crashes.rs` does the same to the
//! library in one process; here the system calls of everything that is linked count, the database's among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::api::app::{TestApp, model};

/// Calls that change files, or open one to be changed; those that a machine does not know are passed over.
const CALLS: &str = "?openat,?write,?pwrite64,?fsync,?fdatasync,?ftruncate,?rename,?renameat,?renameat2,?mkdir,?mkdirat,\
                     ?unlink,?unlinkat,?rmdir,?link,?linkat";
/// Kills a scene in the short form.
const FEW: usize = 4;
const PATIENCE: Duration = Duration::from_secs(120);

/// Whether processes can be traced here. Containers often forbid it.
fn can_trace() -> bool {
    let mut traced = Command::new("strace");
    traced.args(["-D", "-qq", "-o", "/dev/null", "-e", "trace=?openat", "true"]).stderr(Stdio::null());
    let can = traced.status().is_ok_and(|status| status.success());
    if !can {
        println!("skipped: strace is not installed, or may not trace");
    }
    can
}

/// What strace does beside the program.
#[derive(Debug, Clone, Copy)]
enum Tracing<'a> {
    /// Writes every call to a file.
    Log(&'a Path),
    /// Kills at the call of this number, counted from 1 for each thread.
    Kill(usize),
}

impl Tracing<'_> {
    fn arguments(self) -> Vec<String> {
        let (log, inject) = match self {
            Self::Log(path) => (path.display().to_string(), None),
            Self::Kill(at) => ("/dev/null".to_owned(), Some(format!("inject={CALLS}:signal=KILL:when={at}"))),
        };
        let mut all: Vec<String> = ["-f", "-qq", "-o"].map(str::to_owned).into();
        all.extend([log, "-e".to_owned(), format!("trace={CALLS}")]);
        all.extend(inject.into_iter().flat_map(|inject| ["-e".to_owned(), inject]));
        all
    }
}

/// Numbers of the calls in a log that change a file, as each thread counts its own.
fn changing_calls(log: &Path) -> Vec<usize> {
    let log = fs::read_to_string(log).unwrap();
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    let mut found = Vec::new();
    for line in log.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
        let call = call.trim_start();
        // What is no call: an end of a call that was noted before, a signal, an exit.
        if !call.starts_with(|c: char| c.is_ascii_lowercase()) {
            continue;
        }
        let number = counted.entry(thread).or_default();
        *number += 1;
        let opens_only = call.starts_with("openat") && !call.contains("O_CREAT");
        let says = call.starts_with("write(1,") || call.starts_with("write(2,");
        if !opens_only && !says {
            found.push(*number);
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// All of the numbers, or a few from the first to the last.
fn chosen(numbers: &[usize], all: bool) -> Vec<usize> {
    let most = if all { numbers.len() } else { FEW.min(numbers.len()) };
    (0..most).map(|at| numbers[at * (numbers.len() - 1) / most.saturating_sub(1).max(1)]).collect()
}

/// A folder with a corpus, and all that the scenes put beside it.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        fs::create_dir(desk.path("corpus")).unwrap();
        desk.write("三个工作日");
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, term: &str) {
        fs::write(self.path("corpus/faq.jsonl"), TestApp::original().replace("三个工作日", term)).unwrap();
    }

    /// The binary, by itself or under strace, as the very process that is started.
    fn command(&self, tracing: Option<Tracing<'_>>, args: &[&str]) -> Command {
        let binary = env!("CARGO_BIN_EXE_yingda");
        let mut command = match tracing {
            None => Command::new(binary),
            Some(tracing) => {
                let mut strace = Command::new("strace");
                strace.arg("-D").args(tracing.arguments()).arg(binary);
                strace
            }
        };
        command.args(args).env("YINGDA_MODEL", model()).env("YINGDA_CORPUS", "corpus").current_dir(self.0.path());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        command
    }

    /// Runs to the end or to the kill; whether it said that it succeeded.
    fn run(&self, tracing: Option<Tracing<'_>>, args: &[&str]) -> bool {
        self.command(tracing, args).stdout(Stdio::null()).status().unwrap().success()
    }

    /// Starts the service; `None` where it ended before it was ready.
    fn serve(&self, tracing: Option<Tracing<'_>>) -> Option<Served> {
        let args = ["serve", "--listen", "127.0.0.1:0", "--data", "state"];
        let mut process = self.command(tracing, &args).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let mut served = Served { url: String::new(), process };
        served.url = line.strip_prefix("listening on ")?.trim().to_owned();
        let started = Instant::now();
        while served.get("/readyz").is_none() {
            if served.process.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(started.elapsed() < PATIENCE, "never ready");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(served)
    }

    /// Starts without strace, as operators do after a crash: which version is served. Nothing was lost, and nothing is
    /// left lying about.
    fn recovers(&self, what: &str) -> String {
        let served = self.serve(None).unwrap_or_else(|| panic!("{what}: no start"));
        let told = served.get("/readyz").unwrap()["notices"].to_string();
        assert!(!told.contains("mark_lost") && !told.contains("version_lost"), "{what}: {told}");
        let version = served.version();
        drop(served);
        assert_eq!(litter(&self.path("state")), Vec::<PathBuf>::new(), "{what}");
        version
    }
}

/// Drafts, former directories and damaged files.
fn litter(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
        if path.extension().is_some_and(|extension| ["tmp", "previous", "damaged"].iter().any(|one| extension == *one))
        {
            found.push(path);
        } else if path.is_dir() {
            found.extend(litter(&path));
        }
    }
    found
}

/// A service that does not outlive its test.
struct Served {
    process: Child,
    url: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Served {
    fn get(&self, path: &str) -> Option<Value> {
        let mut reply = ureq::get(format!("{}{path}", self.url)).call().ok()?;
        serde_json::from_str(&reply.body_mut().read_to_string().ok()?).ok()
    }

    fn version(&self) -> String {
        self.get("/v1/corpus").unwrap()["version"].as_str().unwrap().to_owned()
    }

    /// Whether it was acknowledged.
    fn post(&self, path: &str, body: &str) -> bool {
        ureq::post(format!("{}{path}", self.url)).content_type("application/json").send(body).is_ok()
    }

    /// Lets strace attach to every thread; it ends with the service.
    fn traced(&self, tracing: Tracing<'_>) -> Child {
        let pid = self.process.id().to_string();
        let tracer = Command::new("strace").args(tracing.arguments()).args(["-p", &pid]).stderr(Stdio::null()).spawn();
        let is_traced = |thread: fs::DirEntry| {
            let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
            !status.contains("TracerPid:\t0\n")
        };
        let started = Instant::now();
        while !fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten().all(is_traced) {
            assert!(started.elapsed() < PATIENCE, "strace does not attach");
            std::thread::sleep(Duration::from_millis(2));
        }
        tracer.unwrap()
    }
}

/// Publishes two versions, and then does to the running service what `change` does; which versions there are.
fn changed(what: &str, rolls_back: bool, all: bool) {
    let attempt = |tracing: Tracing<'_>| {
        let desk = Desk::new();
        let served = desk.serve(None).unwrap();
        let first = served.version();
        desk.write("五个工作日");
        if rolls_back {
            assert!(served.post("/v1/corpus/reload", ""));
        }
        let before = served.version();
        let mut tracer = served.traced(tracing);
        let acknowledged = match rolls_back {
            true => served.post("/v1/corpus/rollback", &format!("{{\"version\":\"{first}\"}}")),
            false => served.post("/v1/corpus/reload", ""),
        };
        let after = acknowledged.then(|| served.get("/v1/corpus")).flatten();
        drop(served);
        tracer.wait().unwrap();
        let kept = desk.recovers(what);
        if rolls_back {
            assert!(kept == first || (!acknowledged && kept == before), "{what}, {tracing:?}: {kept}");
        } else {
            assert!(!acknowledged || kept != before, "{what}, {tracing:?}: acknowledged and lost");
        }
        // A version that nobody published is none of the two that there were.
        if let Some(after) = after {
            assert_eq!(after["version"].as_str(), Some(kept.as_str()), "{what}, {tracing:?}");
        }
        acknowledged
    };
    struck(what, all, attempt);
}

/// Tries once to see which calls there are, and then with a kill at each; `attempt` says whether it was acknowledged.
fn struck(what: &str, all: bool, attempt: impl Fn(Tracing<'_>) -> bool) {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    assert!(attempt(Tracing::Log(&log)), "{what}: without a kill");
    let calls = changing_calls(&log);
    assert!(calls.len() > 3, "{what}: {calls:?}");
    let chosen = chosen(&calls, all);
    let killed = chosen.iter().filter(|at| !attempt(Tracing::Kill(**at))).count();
    println!(
        "{what}: {} calls that change files, {} kills, {killed} before it was acknowledged",
        calls.len(),
        chosen.len()
    );
    assert!(killed > 0, "{what}: no kill struck");
}

fn first_start(all: bool) {
    struck("first start", all, |tracing| {
        let desk = Desk::new();
        let ready = desk.serve(Some(tracing)).is_some();
        desk.recovers(&format!("first start, {tracing:?}"));
        ready
    });
}

/// Whether the files of one directory are all in the other, byte by byte.
fn is_copy(of: &Path, dir: &Path) -> bool {
    let same = |entry: fs::DirEntry| {
        fs::read(of.join(entry.file_name())).is_ok_and(|bytes| fs::read(entry.path()).unwrap() == bytes)
    };
    dir.join("manifest.json").is_file() && fs::read_dir(dir).unwrap().flatten().all(same)
}

fn promotion(all: bool) {
    let desk = Desk::new();
    let text =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tickets_60.jsonl")).unwrap();
    let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let labels: BTreeSet<String> = rows.iter().map(|row| row["label"].as_str().unwrap().to_owned()).collect();
    // Of a model that learnt each group under another's name nothing is right.
    let wrong = |row: &Value| {
        let next = labels.range((Bound::Excluded(row["label"].as_str().unwrap().to_owned()), Bound::Unbounded)).next();
        json!({"title": row["title"], "text": row["text"], "label": next.or(labels.first()).unwrap()})
    };
    let write = |name: &str, tested: bool, row: &dyn Fn(&Value) -> Value| {
        let part = rows.iter().enumerate().filter(|(at, _)| (at % 3 == 2) == tested);
        fs::write(desk.path(name), part.map(|(_, one)| format!("{}\n", row(one))).collect::<String>()).unwrap();
    };
    write("train.jsonl", false, &Value::clone);
    write("wrong.jsonl", false, &wrong);
    write("test.jsonl", true, &Value::clone);
    let encoder = ["--encoder", "none"];
    assert!(desk.run(None, &[&["train", "--tickets", "train.jsonl", "--out", "good"][..], &encoder].concat()));
    assert!(desk.run(None, &[&["train", "--tickets", "wrong.jsonl", "--out", "poor"][..], &encoder].concat()));
    let [good, poor, live, former] = ["good", "poor", "live", ".live.previous"].map(|name| desk.path(name));
    let promote = ["promote", "--candidate", "good", "--current", "live", "--tickets", "test.jsonl"];
    struck("promote", all, |tracing| {
        for dir in [&live, &former, &desk.path(".live.tmp")] {
            let _ = fs::remove_dir_all(dir);
        }
        fs::create_dir(&live).unwrap();
        for file in fs::read_dir(&poor).unwrap().flatten().map(|entry| entry.path()).filter(|path| path.is_file()) {
            fs::copy(&file, live.join(file.file_name().unwrap())).unwrap();
        }
        let acknowledged = desk.run(Some(tracing), &promote);
        let left = if live.exists() { &live } else { &former };
        let is_new = is_copy(&good, left);
        assert!(is_new || (!acknowledged && is_copy(&poor, left)), "promote, {tracing:?}: half a model");
        // The worse model is not let in unexamined, whatever the crash left; the better one is.
        let back = ["promote", "--candidate", "poor", "--current", "live", "--tickets", "test.jsonl"];
        let was_let_in = desk.run(None, &back);
        assert!(live.join("manifest.json").is_file(), "promote, {tracing:?}: nothing in its place");
        assert!(!is_new || !was_let_in, "promote, {tracing:?}: the worse model was let in");
        assert!(desk.run(None, &promote) && is_copy(&good, &live), "promote, {tracing:?}: not the second time either");
        assert!(!former.exists() && !desk.path(".live.tmp").exists(), "promote, {tracing:?}: something is left over");
        acknowledged
    });
}

fn backup_and_restoration(all: bool) {
    let desk = Desk::new();
    let version = desk.serve(None).unwrap().version();
    let (backup, restore) = (["backup", "b.zip", "--data", "state"], ["restore", "b.zip", "--data", "back"]);
    let restored = |what: &str| {
        let _ = fs::remove_dir_all(desk.path("back"));
        assert!(desk.run(None, &restore), "{what}: the archive is not whole");
    };
    struck("backup", all, |tracing| {
        let _ = fs::remove_file(desk.path("b.zip"));
        let acknowledged = desk.run(Some(tracing), &backup);
        if desk.path("b.zip").exists() {
            restored("backup");
        } else {
            assert!(!acknowledged && desk.run(None, &backup), "backup, {tracing:?}");
        }
        acknowledged
    });
    struck("restore", all, |tracing| {
        let _ = fs::remove_dir_all(desk.path("back"));
        let acknowledged = desk.run(Some(tracing), &restore);
        if !desk.path("back").exists() {
            assert!(!acknowledged && desk.run(None, &restore), "restore, {tracing:?}");
        }
        let _ = fs::remove_dir_all(desk.path("state"));
        fs::rename(desk.path("back"), desk.path("state")).unwrap();
        assert_eq!(desk.recovers(&format!("restore, {tracing:?}")), version);
        acknowledged
    });
}

fn everything(all: bool) {
    if !can_trace() {
        return;
    }
    first_start(all);
    changed("reload", false, all);
    changed("rollback", true, all);
    promotion(all);
    backup_and_restoration(all);
}

#[test]
fn a_kill_at_some_calls_loses_nothing() {
    everything(false);
}

#[test]
#[ignore = "takes minutes; see docs/operations.md"]
fn a_kill_at_any_call_loses_nothing() {
    everything(true);
}
