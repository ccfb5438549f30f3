//! From start to stop.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use crate::api::app::{TestApp, wait_until};

#[test]
fn it_is_alive_before_it_is_ready() {
    let app = TestApp::unprepared("");
    assert_eq!(app.get("/livez").status, 200);
    let early = app.get("/readyz");
    assert_eq!((early.status, early.code().as_str()), (503, "not_ready"));
    let early = app.ask("运费怎么算");
    assert_eq!((early.status, early.code().as_str()), (503, "not_ready"));
    assert_eq!(early.headers["retry-after"], "1");
    app.prepare();
    assert_eq!(app.get("/readyz").status, 200);
    assert_eq!(app.ask("运费怎么算").status, 200);
}

/// Waits for the interim response, which is sent when the handler begins to read the body.
fn await_the_handler(stream: &mut TcpStream) {
    let mut interim = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut interim).unwrap();
    assert!(interim.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&interim));
}

#[test]
fn a_request_at_work_is_finished_before_the_end() {
    let mut app = TestApp::spawn();
    let body = "{\"question\":\"运费怎么算\"}";
    let mut stream = TcpStream::connect(app.address()).unwrap();
    let (early, late) = body.split_at(5);
    let head =
        "POST /v1/answer HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\nexpect: 100-continue\r\n";
    write!(stream, "{head}content-length: {}\r\n\r\n", body.len()).unwrap();
    await_the_handler(&mut stream);
    stream.write_all(early.as_bytes()).unwrap();
    app.tell_to_stop();
    wait_until("new connections are still taken", || TcpStream::connect(app.address()).is_err());
    stream.write_all(late.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 200"), "{reply}");
    app.wait();
}

#[test]
fn a_request_that_never_ends_is_cut_off_after_the_grace() {
    let mut app = TestApp::with("shutdown_grace_ms = 100");
    let mut stream = TcpStream::connect(app.address()).unwrap();
    let head = "POST /v1/answer HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n";
    write!(stream, "{head}content-length: 9\r\nexpect: 100-continue\r\n\r\n").unwrap();
    await_the_handler(&mut stream);
    app.tell_to_stop();
    let started = std::time::Instant::now();
    app.wait();
    assert!(started.elapsed() < Duration::from_secs(4), "the request timeout, not the grace, ended it");
}

#[test]
fn request_ids_are_kept_when_sane_and_made_otherwise() {
    let app = TestApp::unprepared("");
    let id = |given: &str| app.send("GET", "/livez", &[("x-request-id", given)], "").headers["x-request-id"].clone();
    assert_eq!(id("order-42"), "order-42");
    assert_ne!(id("has \"quotes\""), "has \"quotes\"");
    assert_ne!(app.get("/livez").headers["x-request-id"], app.get("/livez").headers["x-request-id"]);
}

#[test]
fn metrics_count_requests_decisions_and_state() {
    let app = TestApp::spawn();
    app.ask("退款多久能到账");
    app.ask("");
    let text = app.get("/metrics").text;
    for line in [
        "yingda_http_requests_total{route=\"/v1/answer\",method=\"POST\",status=\"200\"} 1",
        "yingda_http_requests_total{route=\"/v1/answer\",method=\"POST\",status=\"422\"} 1",
        "yingda_http_request_duration_seconds_count{route=\"/v1/answer\"} 2",
        "yingda_decisions_total{kb=\"default\",decision=\"answer\"} 1",
        "yingda_corpus_entries{kb=\"default\"} 8",
        "yingda_requests_shed_total 0",
        "yingda_requests_in_flight 0",
    ] {
        assert!(text.contains(line), "no {line} in\n{text}");
    }
    assert!(text.contains("yingda_snapshot_generation{kb=\"phone\"}"), "{text}");
    assert!(!text.contains("退款"));
}
