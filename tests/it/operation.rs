//! The binary as operators run it: state directories, restarts, two processes at once, what the log and `check` say.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::api::app::{TestApp, model, wait_until};

/// A folder to work in, with a corpus in it.
struct Desk(TempDir);

/// A ready service that does not outlive its test.
struct Running {
    process: Child,
    url: String,
}

impl Desk {
    fn new() -> Self {
        let desk = Self(TempDir::new().unwrap());
        fs::create_dir(desk.path("corpus")).unwrap();
        desk.write(TestApp::original());
        desk
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, lines: &str) {
        fs::write(self.path("corpus/faq.jsonl"), lines).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yingda"));
        command.args(args).env("YINGDA_MODEL", model()).env("YINGDA_CORPUS", "corpus");
        command.current_dir(self.0.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs to the end: exit code, standard output, standard error.
    fn run(&self, args: &[&str]) -> (i32, String, String) {
        let output = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
    }

    fn serve(&self, args: &[&str]) -> Running {
        let all = [&["serve", "--listen", "127.0.0.1:0"], args].concat();
        let mut process = self.command(&all).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").expect("one line with the address").trim().to_owned();
        wait_until("never ready", || {
            assert!(process.try_wait().unwrap().is_none(), "ended before it was ready");
            ureq::get(format!("{url}/readyz")).call().is_ok()
        });
        Running { process, url }
    }
}

impl Running {
    fn get(&self, path: &str) -> Value {
        let text = ureq::get(format!("{}{path}", self.url)).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap()
    }

    fn version(&self) -> Value {
        self.get("/v1/corpus")["version"].clone()
    }

    fn codes(&self) -> Vec<String> {
        let notices = self.get("/readyz")["notices"].clone();
        notices.as_array().unwrap().iter().map(|notice| notice["code"].as_str().unwrap().to_owned()).collect()
    }

    /// Stops the service; its log.
    fn stop(mut self) -> String {
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status().unwrap();
        assert!(told.success() && self.process.wait().unwrap().success());
        let mut log = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut log).unwrap();
        log
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn names(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.collect()
}

#[test]
fn a_restart_serves_what_was_published_and_log_readyz_and_check_say_what_was_not() {
    let desk = Desk::new();
    let service = desk.serve(&[]);
    let first = service.version();
    assert_eq!(service.codes(), Vec::<String>::new());
    let log = service.stop();
    let listening = log.find("listening").unwrap();
    let ready = log.lines().find(|line| line.contains("ready") && line.contains("seconds")).unwrap();
    assert!(listening < log.find(ready).unwrap(), "{log}");
    assert!(ready.contains("entries=8") && ready.contains("yingda-data"), "{ready}");
    assert!(log.contains("kept_versions=1"), "{log}");

    desk.write("{\"id\":\"a\",\"question\":\"\",\"answer\":\"好\"}\n");
    let service = desk.serve(&[]);
    assert_eq!((service.version(), service.codes()), (first.clone(), vec!["broken_source".to_owned()]));
    assert!(service.stop().contains("faq.jsonl:1"));
    let (code, out, _) = desk.run(&["check"]);
    assert_eq!(code, 1, "{out}");
    assert!(out.contains("错误 faq.jsonl:1") && out.contains("仍在使用版本"), "{out}");

    desk.write(&TestApp::original().replace("三个工作日", "五个工作日"));
    let (code, out, _) = desk.run(&["check"]);
    assert_eq!(code, 0, "{out}");
    assert!(out.contains("尚未发布") && out.contains("refund-time"), "{out}");
    let service = desk.serve(&[]);
    assert_eq!((service.version(), service.codes()), (first.clone(), vec!["unpublished_changes".to_owned()]));
    ureq::post(format!("{}/v1/corpus/reload", service.url)).send_empty().unwrap();
    assert_ne!(service.version(), first);
    assert_eq!(service.codes(), Vec::<String>::new());
}

#[test]
fn two_processes_never_write_one_state_directory() {
    let desk = Desk::new();
    let owner = desk.serve(&[]);
    // The usual directory is taken: the other serves, keeps nothing and says so.
    let other = desk.serve(&[]);
    assert_eq!((other.version(), other.codes()), (owner.version(), vec!["not_kept".to_owned()]));
    let log = other.stop();
    assert!(log.contains("in use by process") && log.contains("state=\"none\""), "{log}");
    // A directory that was asked for must be had.
    let (code, out, err) = desk.run(&["serve", "--listen", "127.0.0.1:0", "--data", "yingda-data"]);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("状态目录不能使用") && err.contains("in use by process"), "{err}");
    drop(owner);
    let elsewhere = desk.serve(&["--data", "none"]);
    assert!(elsewhere.codes().is_empty(), "nothing was to be kept");
    let again = desk.serve(&["--data", "yingda-data"]);
    assert!(again.codes().is_empty(), "a killed owner leaves no claim");
    assert!(!names(&desk.path("yingda-data")).iter().any(|name| name.ends_with(".tmp")));
}

/// A configuration with two knowledge bases of its own beside the default one, the last of them broken.
fn three_bases(desk: &Desk) {
    for (name, lines) in
        [("phone", TestApp::original()), ("broken", "{\"id\":\"a\",\"question\":\"\",\"answer\":\"好\"}\n")]
    {
        fs::create_dir(desk.path(name)).unwrap();
        fs::write(desk.path(name).join("faq.jsonl"), lines).unwrap();
    }
    let config = "knowledge_bases.open = 'first_use'\n[kb.phone]\ncorpus = 'phone'\ntarget_precision = 0.97\n\
                  [kb.broken]\ncorpus = 'broken'\n";
    fs::write(desk.path("yingda.toml"), config).unwrap();
}

#[test]
fn knowledge_bases_open_on_first_use_and_a_broken_one_harms_no_other() {
    let desk = Desk::new();
    three_bases(&desk);
    let service = desk.serve(&["--config", "yingda.toml"]);
    let status = |path: &str| match ureq::get(format!("{}{path}", service.url)).call() {
        Ok(reply) => reply.status().as_u16(),
        Err(ureq::Error::StatusCode(status)) => status,
        Err(error) => panic!("{error}"),
    };
    for (path, expected) in [
        ("/v1/corpus", 200),
        ("/v1/kb/phone/corpus", 200),
        ("/v1/kb/broken/corpus", 503),
        ("/v1/kb/moon/corpus", 404),
        ("/v1/corpus", 200),
    ] {
        assert_eq!(status(path), expected, "{path}");
    }
    assert_eq!(service.get("/v1/kb/phone/policy")["target_precision"], 0.97);
    assert_eq!(service.get("/v1/policy")["target_precision"], 0.95);
    // Mended, it opens at the next call.
    fs::write(desk.path("broken/faq.jsonl"), TestApp::original()).unwrap();
    assert_eq!(status("/v1/kb/broken/corpus"), 200);
    assert!(desk.path("yingda-data/kb/phone/live.json").is_file(), "each keeps its own state");
    let log = service.stop();
    assert!(log.contains("knowledge_bases=3 open=1"), "{log}");
    assert!(log.contains("cannot be opened"), "{log}");
}

#[test]
fn check_looks_at_every_knowledge_base_that_serve_would_serve() {
    let desk = Desk::new();
    three_bases(&desk);
    let (code, out, _) = desk.run(&["check", "--config", "yingda.toml"]);
    assert_eq!(code, 1, "{out}");
    for part in ["知识库 broken", "错误 faq.jsonl:1", "知识库 default", "知识库 phone", "8 个条目"] {
        assert!(out.contains(part), "{part}: {out}");
    }
    let (code, out, _) = desk.run(&["check", "--json", "--config", "yingda.toml"]);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["ok"]), (1, &Value::Bool(false)));
    let bases = &report["knowledge_bases"];
    assert_eq!(bases["phone"]["policy"]["target_precision"], 0.97, "{out}");
    assert_eq!(bases["broken"]["issues"][0]["file"], "faq.jsonl", "{out}");
    assert!(!desk.path("yingda-data").exists(), "looking changes nothing");
}

#[test]
fn a_variable_that_is_none_of_ours_is_named_and_a_new_key_opens_the_door() {
    let desk = Desk::new();
    let output = desk.command(&["serve"]).env("YINGDA_LISTN", "127.0.0.1:0").output().unwrap();
    let err = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err.contains("YINGDA_LISTN") && err.contains("YINGDA_LISTEN"), "{err}");

    let (code, out, _) = desk.run(&["key", "--json", "--name", "desk", "--role", "staff"]);
    let key: Value = serde_json::from_str(&out).unwrap();
    let (secret, hash) = (key["secret"].as_str().unwrap(), key["blake3"].as_str().unwrap());
    assert_eq!(code, 0);
    fs::write(desk.path("yingda.toml"), format!("[[key]]\nname = 'desk'\nrole = 'staff'\nblake3 = '{hash}'\n"))
        .unwrap();
    let service = desk.serve(&["--config", "yingda.toml"]);
    let get = |secret: &str| {
        ureq::get(format!("{}/v1/corpus", service.url)).header("authorization", format!("Bearer {secret}")).call()
    };
    assert_eq!(get(secret).unwrap().status(), 200);
    assert!(matches!(get("another secret, long enough"), Err(ureq::Error::StatusCode(401))));
}

/// `tests/fixtures/state_v1` with this corpus directory as the one it was published from.
fn former_state(desk: &Desk, from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap().path()) {
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            former_state(desk, &entry, &target);
        } else if entry.extension().is_some_and(|extension| extension == "json") {
            let corpus = desk.path("corpus").canonicalize().unwrap();
            fs::write(target, fs::read_to_string(entry).unwrap().replace("CORPUS", corpus.to_str().unwrap())).unwrap();
        } else {
            fs::copy(entry, target).unwrap();
        }
    }
}

#[test]
fn the_state_of_a_release_without_a_database_is_served_as_it_was_left_and_goes_on() {
    let desk = Desk::new();
    // The corpus as it was published last before the rollback to the version that is live.
    desk.write(&TestApp::original().replace("三个工作日", "五个工作日"));
    let (first, second) = ("7b7f3956b749d112", "25e5c328f10fb968");
    former_state(&desk, &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/state_v1"), &desk.path("state"));
    let service = desk.serve(&["--data", "state"]);
    assert_eq!((service.version(), service.codes()), (first.into(), vec!["unpublished_changes".to_owned()]));
    let kept = service.get("/v1/corpus/versions")["versions"].clone();
    let kept: Vec<&str> = kept.as_array().unwrap().iter().map(|kept| kept["version"].as_str().unwrap()).collect();
    assert!(kept.len() == 2 && kept.contains(&first) && kept.contains(&second), "{kept:?}");
    assert!(desk.path("state/yingda.sqlite").is_file(), "what is remembered has a place now");
    ureq::post(format!("{}/v1/corpus/reload", service.url)).send_empty().unwrap();
    service.stop();
    let service = desk.serve(&["--data", "state"]);
    assert_eq!((service.version(), service.codes()), (second.into(), Vec::new()));
}
