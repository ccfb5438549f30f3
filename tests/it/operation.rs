//! The binary as operators run it: state directories, restarts, two processes at once, what the log and `check` say.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::api::app::{TestApp, model};

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
        let started = Instant::now();
        while ureq::get(format!("{url}/readyz")).call().is_err() {
            assert!(started.elapsed() < Duration::from_secs(60), "never ready");
            assert!(process.try_wait().unwrap().is_none(), "ended before it was ready");
            std::thread::sleep(Duration::from_millis(20));
        }
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
