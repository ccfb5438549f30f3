//! More than the service is willing to do at once.

use std::io::Write as _;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::app::TestApp;

/// Occupies a place by sending a body that never ends.
fn occupy(app: &TestApp) -> TcpStream {
    let mut stream = TcpStream::connect(app.address()).unwrap();
    let head = "POST /v1/answer HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    let metric = "yingda_requests_in_flight 1";
    let started = Instant::now();
    while !app.get("/metrics").text.contains(metric) {
        assert!(started.elapsed() < Duration::from_secs(10), "the place was never taken");
    }
    stream
}

#[test]
fn a_full_house_sheds_and_recovers() {
    let app = TestApp::with("max_in_flight = 1\nqueue_wait_ms = 10");
    let stream = occupy(&app);
    let shed = app.ask("运费怎么算");
    assert_eq!((shed.status, shed.code().as_str()), (503, "overloaded"));
    assert_eq!(shed.headers["retry-after"], "1");
    assert_eq!(app.get("/livez").status, 200, "probes are never shed");
    assert!(app.get("/metrics").text.contains("yingda_requests_shed_total 1"));
    drop(stream);
    let started = Instant::now();
    while app.ask("运费怎么算").status != 200 {
        assert!(started.elapsed() < Duration::from_secs(10), "the place was never given back");
    }
}

#[test]
fn a_place_that_frees_up_soon_is_waited_for() {
    let app = TestApp::with("max_in_flight = 1\nqueue_wait_ms = 10000");
    let stream = occupy(&app);
    let asked = std::thread::scope(|scope| {
        let asking = scope.spawn(|| app.ask("运费怎么算").status);
        std::thread::sleep(Duration::from_millis(50));
        drop(stream);
        asking.join().unwrap()
    });
    assert_eq!(asked, 200);
}

#[test]
fn a_slow_request_times_out() {
    let app = TestApp::with("request_timeout_ms = 50");
    let mut stream = TcpStream::connect(app.address()).unwrap();
    let head = "POST /v1/answer HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut buffer = [0; 4096];
    let read = std::io::Read::read(&mut stream, &mut buffer).unwrap();
    let reply = String::from_utf8_lossy(&buffer[..read]);
    assert!(reply.starts_with("HTTP/1.1 504") && reply.contains("\"code\":\"timeout\""), "{reply}");
}
