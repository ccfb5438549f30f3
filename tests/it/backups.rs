//! Backups and restores that are killed at any moment: what is there is whole, and doing it again does it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// Large enough that a kill after some milliseconds falls into the writing.
const BYTES: usize = 8 << 20;

fn yingda(args: &[&Path]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yingda"));
    command.args(args).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_kill_leaves_a_whole_backup_or_none_and_a_whole_state_or_none() {
    let dir = tempfile::tempdir().unwrap();
    let (state, archive, back) = (dir.path().join("state"), dir.path().join("b.zip"), dir.path().join("back"));
    let content: Vec<u8> = (0..BYTES).map(|at| ((at * at) >> 7).to_le_bytes()[0]).collect();
    fs::create_dir_all(state.join("versions/a")).unwrap();
    fs::write(state.join("versions/a/faq.jsonl"), &content).unwrap();
    fs::write(state.join("live.json"), "{}").unwrap();
    let take = [Path::new("backup"), &archive, Path::new("--data"), &state];
    let restore = [Path::new("restore"), &archive, Path::new("--data"), &back];
    let whole =
        |dir: &Path| fs::read(dir.join("versions/a/faq.jsonl")).unwrap() == content && dir.join("live.json").exists();
    let mut killed = 0;
    for milliseconds in (0..150).step_by(10) {
        let _ = fs::remove_file(&archive);
        let mut child = yingda(&take).spawn().unwrap();
        sleep(Duration::from_millis(milliseconds));
        let _ = child.kill();
        killed += usize::from(!child.wait().unwrap().success());
        if !archive.exists() {
            assert!(yingda(&take).status().unwrap().success(), "after {milliseconds} ms");
        }
        let mut child = yingda(&restore).spawn().unwrap();
        sleep(Duration::from_millis(milliseconds));
        let _ = child.kill();
        killed += usize::from(!child.wait().unwrap().success());
        if !back.exists() {
            assert!(yingda(&restore).status().unwrap().success(), "after {milliseconds} ms");
        }
        assert!(whole(&back), "after {milliseconds} ms");
        fs::remove_dir_all(&back).unwrap();
    }
    assert!(killed > 0, "no kill fell into the work");
}

#[test]
fn commands_for_packages_write_what_they_promise() {
    let dir = tempfile::tempdir().unwrap();
    assert!(yingda(&[Path::new("man"), dir.path()]).status().unwrap().success());
    let page = fs::read_to_string(dir.path().join("yingda-serve.1")).unwrap();
    assert!(page.starts_with(".ie") || page.contains(".TH"), "{page}");
    for shell in ["bash", "zsh", "fish"] {
        let script = Command::new(env!("CARGO_BIN_EXE_yingda")).args(["completions", shell]).output().unwrap().stdout;
        assert!(String::from_utf8(script).unwrap().contains("show-one"), "{shell}");
    }
    let nobody =
        Command::new(env!("CARGO_BIN_EXE_yingda")).args(["health", "--listen", "127.0.0.1:1"]).output().unwrap();
    assert_eq!(nobody.status.code(), Some(1));
}
