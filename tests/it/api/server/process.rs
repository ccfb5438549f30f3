//! The binary itself: what it prints, how it stops, with which code.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::api::app::{TestApp, model, wait_until};

fn yingda(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yingda"));
    command
        .args(args)
        .env("YINGDA_MODEL", model())
        .env("YINGDA_DATA", "none")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs to the end: exit code, standard output, standard error.
fn run(args: &[&str]) -> (i32, String, String) {
    let output = yingda(args).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A serving process that does not outlive its test.
struct Serving(Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn serve(corpus: &Path) -> (Serving, String) {
    serve_with(corpus, &[])
}

/// The same with some variables of the environment.
fn serve_with(corpus: &Path, variables: &[(&str, &str)]) -> (Serving, String) {
    let listen = ["serve", "--listen", "127.0.0.1:0", "--corpus", corpus.to_str().unwrap()];
    let mut serving = Serving(yingda(&listen).envs(variables.iter().copied()).spawn().unwrap());
    let mut line = String::new();
    BufReader::new(serving.0.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let url = line.strip_prefix("listening on ").expect("one line with the address").trim().to_owned();
    wait_until("never ready", || {
        assert!(serving.0.try_wait().unwrap().is_none(), "ended before it was ready");
        ureq::get(format!("{url}/readyz")).call().is_ok()
    });
    (serving, url)
}

fn signal(child: &Child, name: &str) {
    assert!(Command::new("kill").args([name, &child.id().to_string()]).status().unwrap().success());
}

fn corpus(lines: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("faq.jsonl"), lines).unwrap();
    folder
}

#[test]
fn it_serves_reloads_on_hangup_and_stops_on_terminate() {
    let folder = corpus(TestApp::original());
    let (mut serving, url) = serve(folder.path());
    let generation = || {
        let text = ureq::get(format!("{url}/v1/corpus")).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str::<serde_json::Value>(&text).unwrap()["generation"].as_u64().unwrap()
    };
    let before = generation();
    fs::write(folder.path().join("faq.jsonl"), TestApp::original().replace("三个工作日", "五个工作日")).unwrap();
    signal(&serving.0, "-HUP");
    wait_until("never reloaded", || generation() != before);
    let question = "{\"question\": \"退款多久能到账\"}";
    let asked = ureq::post(format!("{url}/v1/answer")).content_type("application/json").send(question).unwrap();
    assert_eq!(asked.status(), 200);
    signal(&serving.0, "-TERM");
    assert!(serving.0.wait().unwrap().success());
    let (mut out, mut log) = (String::new(), String::new());
    serving.0.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    serving.0.stderr.take().unwrap().read_to_string(&mut log).unwrap();
    assert_eq!(out, "", "one line on standard output is promised");
    assert!(log.contains("reloaded on SIGHUP") && log.contains("/v1/answer"), "{log}");
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("/v1/answer")).collect();
    assert_eq!(lines.len(), 1, "one line a request: {log}");
    for part in ["decision=\"answer\"", "faq_id=\"refund-time\"", "confidence=0.", "message_id=\"", "channel=\"\""] {
        assert!(lines[0].contains(part), "no {part} in {}", lines[0]);
    }
    assert!(!log.contains("退款多久"), "the log quotes a customer: {log}");
}

#[test]
fn a_broken_corpus_stops_the_start_with_every_issue() {
    let folder = corpus("{\"id\":\"a\",\"question\":\"\",\"answer\":\"好\"}\n{\"id\":\"b\",\"question\":\"在吗\"}\n");
    let (code, _, err) = run(&["--listen", "127.0.0.1:0", "--corpus", folder.path().to_str().unwrap()]);
    assert_eq!(code, 1, "{err}");
    assert!(err.contains("faq.jsonl:1: ") && err.contains("faq.jsonl:2: "), "{err}");
}

#[test]
fn a_wrong_configuration_stops_the_start_with_every_problem() {
    let (code, out, err) = run(&["serve", "--listen", "0.0.0.0:0", "--workers", "many"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("listen (--listen): ") && err.contains("workers (--workers): "), "{err}");
}

#[test]
fn an_address_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, err) = run(&["serve", "--listen", &address]);
    assert_eq!(code, 1);
    assert!(err.contains(&address), "{err}");
}

#[test]
fn the_sample_configuration_is_printed() {
    let (code, out, _) = run(&["serve", "--print-config"]);
    assert_eq!(code, 0);
    assert!(out.contains("# listen = \"127.0.0.1:8080\""), "{out}");
}

#[test]
fn wrong_usage_has_a_code_of_its_own() {
    assert_eq!(run(&["fly"]).0, 2);
    assert_eq!(run(&["--help"]).0, 0);
}

#[test]
fn checking_says_what_is_promised_and_which_entries_are_near() {
    let near = concat!(
        "{\"id\":\"a\",\"question\":\"在门店里买的儿童安全座椅可以送到店里免费安装吗\",\"answer\":\"可以。\"}\n",
        "{\"id\":\"b\",\"question\":\"在门店里买的儿童安全座椅可以送到店里免费安装么\",\"answer\":\"不可以。\"}\n",
    );
    let folder = corpus(near);
    let path = folder.path().to_str().unwrap();
    let (code, out, _) = run(&["check", "--corpus", path]);
    assert_eq!(code, 0, "{out}");
    for part in ["证据还不能证明，所以不作承诺", "证据 还差 59 个带标注的问题", "条目 a 的", "答案却不同"]
    {
        assert!(out.contains(part), "{part}: {out}");
    }
    let elsewhere = TempDir::new().unwrap();
    let config = elsewhere.path().join("config.toml");
    fs::write(&config, "answer_threshold = 0.8\n").unwrap();
    let (code, out, _) = run(&["check", "--json", "--corpus", path, "--config", config.to_str().unwrap()]);
    let report: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &report["policy"]["basis"]), (0, &serde_json::json!("set_by_hand")), "{out}");
    assert_eq!(report["self_retrieval"]["near_total"], 1, "{out}");
}

/// Takes one POST, answers it and gives its head and its body.
fn one_post(listener: &TcpListener) -> (String, Vec<u8>) {
    let (stream, _) = listener.accept().unwrap();
    let mut stream = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(stream.read_line(&mut head).unwrap() > 0, "{head}");
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.expect(&head)];
    stream.read_exact(&mut body).unwrap();
    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").unwrap();
    (head, body)
}

#[test]
fn requests_are_traced_to_a_collector_without_the_words_of_customers() {
    let folder = corpus(TestApp::original());
    let collector = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/v1/traces", collector.local_addr().unwrap());
    let share = ("YINGDA_TRACES_SHARE", "0");
    let (mut serving, url) = serve_with(folder.path(), &[("YINGDA_TRACES_ENDPOINT", &endpoint), share]);
    let ask = |question: &str| ureq::post(format!("{url}/v1/answer")).content_type("application/json").send(question);
    // Of those without a trace of their own none is wanted; this one has one.
    ask("{\"question\": \"运费怎么算\", \"channel\": \"sms\"}").unwrap();
    let traced = ureq::post(format!("{url}/v1/answer"))
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .content_type("application/json")
        .send("{\"question\": \"退款多久能到账\", \"channel\": \"wechat\"}");
    let answered: serde_json::Value =
        serde_json::from_str(&traced.unwrap().body_mut().read_to_string().unwrap()).unwrap();
    signal(&serving.0, "-TERM");
    let (head, body) = one_post(&collector);
    assert!(serving.0.wait().unwrap().success());
    assert!(head.starts_with("POST /v1/traces ") && head.contains("application/x-protobuf"), "{head}");
    let holds = |bytes: &[u8]| body.windows(bytes.len()).any(|window| window == bytes);
    let trace = u128::from_str_radix("0af7651916cd43dd8448eb211c80319c", 16).unwrap();
    assert!(holds(&trace.to_be_bytes()), "it goes on with the trace of the request");
    let message_id = answered["message_id"].as_str().unwrap();
    for told in ["yingda", "POST /v1/answer", "yingda.decision", "answer", "refund-time", "wechat", "work", message_id]
    {
        assert!(holds(told.as_bytes()), "{told} is not told");
    }
    for kept in ["退款多久", "运费", "sms"] {
        assert!(!holds(kept.as_bytes()), "{kept} is told");
    }
}
