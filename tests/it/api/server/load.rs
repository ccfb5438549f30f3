//! More than the service is willing to do at once, and clients that dawdle: attacks that once worked, each as a program.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::api::app::TestApp;

/// Head of a request whose body has `length` bytes.
fn head(path: &str, length: u64) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n"
    )
}

fn connect(app: &TestApp) -> TcpStream {
    let stream = TcpStream::connect(app.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// What comes until the server closes, or until nothing more has come for long.
fn everything(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// Asks again until the metrics show a line.
fn wait_for(app: &TestApp, line: &str) {
    let started = Instant::now();
    while !app.get("/metrics").text.lines().any(|shown| shown == line) {
        assert!(started.elapsed() < Duration::from_secs(20), "never {line}");
        std::thread::yield_now();
    }
}

/// Occupies a place with a batch that takes long; dropping the connection ends it.
fn occupy(app: &TestApp) -> TcpStream {
    let ticket = json!({"text": "收到的奶粉罐底漏了，要求换货，快递也一直不动。".repeat(200)});
    let body = json!({"tickets": vec![ticket; 100]}).to_string();
    let mut stream = connect(app);
    write!(stream, "{}{body}", head("/v1/classify/batch", body.len() as u64)).unwrap();
    wait_for(app, "yingda_requests_in_flight 1");
    stream
}

#[test]
fn a_full_house_sheds_at_once_and_stops_work_that_nobody_waits_for() {
    let app = TestApp::with("max_in_flight = 1\nrequest_timeout_ms = 600000");
    let stream = occupy(&app);
    for _ in 0..3 {
        let shed = app.ask("运费怎么算");
        assert_eq!((shed.status, shed.code().as_str()), (503, "overloaded"));
        assert_eq!(shed.headers["retry-after"], "1");
    }
    assert_eq!((app.get("/livez").status, app.get("/readyz").status), (200, 200), "probes are never shed");
    wait_for(&app, "yingda_requests_shed_total 3");
    drop(stream);
    // Long before the batch would have ended.
    wait_for(&app, "yingda_requests_in_flight 0");
    assert_eq!(app.ask("运费怎么算").status, 200);
}

#[test]
fn work_ends_with_its_time() {
    let app = TestApp::with("request_timeout_ms = 100");
    let ticket = json!({"text": "收到的奶粉罐底漏了，要求换货，快递也一直不动。".repeat(200)});
    let reply = app.post("/v1/classify/batch", &json!({"tickets": vec![ticket; 100]}));
    assert_eq!((reply.status, reply.code().as_str()), (504, "timeout"));
    wait_for(&app, "yingda_requests_in_flight 0");
}

#[test]
fn slow_bodies_hold_no_place_and_are_cut_off() {
    let app = TestApp::with("max_in_flight = 2\n[limits]\nbody_timeout_ms = 300");
    let slow: Vec<TcpStream> = ["/v1/answer", "/v1/classify", "/v1/classify/batch", "/v1/corpus/rollback"]
        .into_iter()
        .map(|path| {
            let mut stream = connect(&app);
            stream.write_all(head(path, 9).as_bytes()).unwrap();
            stream
        })
        .collect();
    assert_eq!(app.ask("运费怎么算").status, 200);
    for stream in slow {
        // A reply may come in several pieces.
        let (mut reply, mut piece) = (String::new(), [0; 4096]);
        while !reply.contains("\"code\":\"timeout\"") {
            let read = (&stream).read(&mut piece).unwrap();
            assert!(read > 0, "the connection ended after {reply:?}");
            reply.push_str(&String::from_utf8_lossy(&piece[..read]));
        }
        assert!(reply.starts_with("HTTP/1.1 504"), "{reply}");
    }
}

#[test]
fn slow_heads_and_idle_connections_are_closed() {
    let app = TestApp::with("[limits]\nheader_timeout_ms = 50\nidle_timeout_ms = 50");
    let mut half = connect(&app);
    half.write_all(b"POST /v1/answer HTTP/1.1\r\nhost: loc").unwrap();
    let silent = connect(&app);
    let mut used = connect(&app);
    used.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    assert_eq!((everything(half).as_str(), everything(silent).as_str()), ("", ""));
    assert!(everything(used).starts_with("HTTP/1.1 200"), "a request that came in time was answered");
}

#[test]
fn a_flood_of_silent_connections_locks_nobody_out() {
    let app = TestApp::with("[limits]\nconnections = 8");
    let flood: Vec<TcpStream> = (0..64).map(|_| connect(&app)).collect();
    for _ in 0..8 {
        assert_eq!(app.ask("运费怎么算").status, 200);
    }
    drop(flood);
}

#[test]
fn a_body_that_says_it_is_too_large_is_refused_before_it_comes() {
    let app = TestApp::spawn();
    for expect in ["", "expect: 100-continue\r\n"] {
        let mut stream = connect(&app);
        let head = head("/v1/answer", 99_999_999_999).replace("host:", &format!("{expect}host:"));
        stream.write_all(head.as_bytes()).unwrap();
        let mut first = [0; 4096];
        let read = stream.read(&mut first).unwrap();
        assert!(String::from_utf8_lossy(&first[..read]).starts_with("HTTP/1.1 413"), "nothing is asked for");
    }
}

#[test]
fn a_batch_of_too_many_is_refused_at_the_first_too_many() {
    let app = TestApp::spawn();
    let many = format!("{{\"tickets\":[{}]}}", vec!["{}"; 690_000].join(","));
    let reply = app.post_text("/v1/classify/batch", &many);
    assert_eq!((reply.status, &reply.json()["errors"][0]["field"]), (422, &json!("tickets")), "{reply:?}");
    let deep = format!("{{\"tickets\":[{{\"text\":[{}]}}]}}", vec!["0"; 900_000].join(","));
    assert_eq!(app.post_text("/v1/classify/batch", &deep).status, 422);
}

#[test]
fn one_change_of_a_knowledge_base_is_at_work_at_once() {
    let app = TestApp::spawn();
    let mut seen = [0; 2];
    for _ in 0..20 {
        let replies: Vec<_> = std::thread::scope(|scope| {
            let reload = || app.post_text("/v1/corpus/reload?dry_run=true", "");
            let reloads: Vec<_> = (0..4).map(|_| scope.spawn(reload)).collect();
            reloads.into_iter().map(|reload| reload.join().unwrap()).collect()
        });
        for reply in replies {
            match reply.status {
                200 => seen[0] += 1,
                _ => {
                    assert_eq!((reply.status, reply.code().as_str()), (409, "publish_in_progress"));
                    assert_eq!(reply.headers["retry-after"], "1");
                    seen[1] += 1;
                }
            }
        }
        if seen[1] > 0 {
            break;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0, "{seen:?}");
    assert_eq!(app.post_text("/v1/corpus/reload", "").status, 200, "the turn is given back");
}

#[test]
fn a_stop_resets_nobody_who_has_asked() {
    let mut app = TestApp::with("shutdown_grace_ms = 60000\nrequest_timeout_ms = 60000\nqueue_wait_ms = 60000");
    let body = "{\"question\":\"运费怎么算\"}";
    let asked: Vec<TcpStream> = (0..32)
        .map(|_| {
            let mut stream = connect(&app);
            write!(stream, "{}{body}", head("/v1/answer", body.len() as u64)).unwrap();
            stream
        })
        .collect();
    app.tell_to_stop();
    for stream in asked {
        let reply = everything(stream);
        assert!(reply.starts_with("HTTP/1.1 200"), "{reply:?}");
    }
    app.wait();
}

#[test]
fn the_probe_turns_before_the_door_closes() {
    let mut app = TestApp::with("shutdown_delay_ms = 2000");
    assert_eq!(app.get("/readyz").status, 200);
    app.tell_to_stop();
    let started = Instant::now();
    loop {
        let probe = app.get("/readyz");
        if probe.status == 503 {
            assert_eq!((probe.code().as_str(), probe.headers["connection"].as_str()), ("not_ready", "close"));
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(2), "it never turned");
    }
    assert_eq!(app.ask("运费怎么算").status, 200, "requests are still answered");
}
