//! Three services on one PostgreSQL are one: what one publishes the others serve, in one order, also after one was cut off.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Barrier, Mutex};
use std::thread::{scope, sleep, spawn};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::service::Service;
use crate::api::app::{TestApp, wait_until};
use crate::postgres;

const QUESTION: &str = "退款多久能到账";

/// A service with a folder of its own.
struct Replica {
    dir: TempDir,
    service: Service,
}

impl Replica {
    fn start(database_url: &str) -> Self {
        let dir = TempDir::new().unwrap();
        std::fs::create_dir(dir.path().join("corpus")).unwrap();
        write(dir.path(), "三个工作日");
        let service = Service::start(dir.path(), Some(database_url));
        Self { dir, service }
    }

    /// Publishes an answer of its own; status and body.
    fn publish(&self, days: &str) -> (u16, Value) {
        write(self.dir.path(), days);
        self.service.sent("/v1/corpus/reload", &Value::Null).unwrap()
    }

    /// Number and version of what is live.
    fn live(&self) -> (u64, String) {
        let corpus = self.service.get("/v1/corpus");
        (corpus["generation"].as_u64().unwrap(), corpus["version"].as_str().unwrap().to_owned())
    }

    fn says(&self) -> String {
        let answered = self.service.post("/v1/answer", &json!({"question": QUESTION})).unwrap();
        answered["answer"]["text"].as_str().unwrap().to_owned()
    }

    fn notices(&self) -> Vec<String> {
        let ready = self.service.get("/readyz");
        let notices = ready["notices"].as_array().unwrap();
        notices.iter().map(|notice| notice["code"].as_str().unwrap().to_owned()).collect()
    }

    fn versions(&self) -> Vec<String> {
        let kept = self.service.get("/v1/corpus/versions");
        let kept = kept["versions"].as_array().unwrap();
        kept.iter().map(|version| version["version"].as_str().unwrap().to_owned()).collect()
    }
}

fn write(dir: &Path, days: &str) {
    std::fs::write(dir.join("corpus/faq.jsonl"), TestApp::original().replace("三个工作日", days)).unwrap();
}

/// What stands between a replica and its database.
struct Line {
    dir: TempDir,
    state: Arc<AtomicU8>,
    open: Arc<Mutex<Vec<UnixStream>>>,
}

const PASSES: u8 = 0;
const CUT: u8 = 1;
/// Nothing comes through, and nobody is told.
const SILENT: u8 = 2;

impl Line {
    fn to(socket: PathBuf) -> Self {
        let dir = TempDir::new().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
        let listener = UnixListener::bind(dir.path().join(".s.PGSQL.5432")).unwrap();
        let (state, open): (Arc<AtomicU8>, Arc<Mutex<Vec<UnixStream>>>) = Default::default();
        let (seen, held) = (Arc::clone(&state), Arc::clone(&open));
        spawn(move || {
            for here in listener.incoming().map_while(Result::ok) {
                if seen.load(Ordering::SeqCst) == CUT {
                    continue;
                }
                let Ok(there) = UnixStream::connect(&socket) else { continue };
                held.lock().unwrap().extend([here.try_clone().unwrap(), there.try_clone().unwrap()]);
                for (from, to) in [(here.try_clone().unwrap(), there.try_clone().unwrap()), (there, here)] {
                    let seen = Arc::clone(&seen);
                    spawn(move || pass(from, to, &seen));
                }
            }
        });
        Self { dir, state, open }
    }

    fn set(&self, state: u8) {
        self.state.store(state, Ordering::SeqCst);
        if state == CUT {
            self.open.lock().unwrap().drain(..).for_each(|stream| drop(stream.shutdown(Shutdown::Both)));
        }
    }
}

fn pass(mut from: UnixStream, mut to: UnixStream, state: &AtomicU8) {
    let mut bytes = [0; 1 << 14];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        while state.load(Ordering::SeqCst) == SILENT {
            sleep(Duration::from_millis(20));
        }
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}

/// Waits until all serve the same; what that is.
fn agreed(replicas: &[Replica]) -> (u64, String) {
    let all = || replicas.iter().map(Replica::live).collect::<Vec<_>>();
    wait_until("they never agree", || all().windows(2).all(|pair| pair[0] == pair[1]));
    replicas[0].live()
}

/// The directory of a URL's socket, and the URL with another.
fn through(url: &str, line: &Path) -> String {
    let (head, _) = url.split_once("host=").unwrap();
    format!("{head}host={}", line.display())
}

fn socket(url: &str) -> PathBuf {
    let (_, dir) = url.split_once("host=").unwrap();
    Path::new(dir).join(".s.PGSQL.5432")
}

#[test]
fn what_one_replica_publishes_all_serve_in_one_order() {
    let Some(url) = postgres::database() else { return };
    let line = Line::to(socket(&url));
    // All three start at once on an empty database: one publishes, the others serve that.
    let urls = [url.clone(), url.clone(), through(&url, line.dir.path())];
    let mut replicas: Vec<Replica> = scope(|scope| {
        let starting: Vec<_> = urls.iter().map(|url| scope.spawn(|| Replica::start(url))).collect();
        starting.into_iter().map(|replica| replica.join().unwrap()).collect()
    });
    let first = agreed(&replicas);
    assert_eq!(first.0, 1, "the same corpus is published once");

    let began = Instant::now();
    let (status, report) = replicas[0].publish("四个工作日");
    assert_eq!((status, report["generation"].as_u64()), (200, Some(2)), "{report}");
    wait_until("the others do not follow", || replicas.iter().all(|replica| replica.live().0 == 2));
    println!("published and followed by all within {} ms", began.elapsed().as_millis());
    for replica in &replicas {
        assert!(replica.says().contains("四个工作日"));
    }

    // A storm: every publication that was acknowledged has a number of its own, and no other has one.
    let (mut published, mut overtaken) = (0, 0);
    let start = Barrier::new(replicas.len());
    let replies: Vec<(u16, Value)> = scope(|scope| {
        let storms: Vec<_> = replicas
            .iter()
            .enumerate()
            .map(|(at, replica)| {
                let start = &start;
                scope.spawn(move || {
                    (0..6)
                        .map(|round| {
                            start.wait();
                            replica.publish(&format!("{}个工作日", 10 + 3 * round + at))
                        })
                        .collect::<Vec<_>>()
                })
            })
            .collect();
        storms.into_iter().flat_map(|storm| storm.join().unwrap()).collect()
    });
    for (status, reply) in replies {
        match (status, reply["code"].as_str()) {
            (200, _) => published += 1,
            (409, Some("publish_overtaken")) => {
                let told = reply["errors"].as_array().unwrap();
                assert!(told.iter().any(|error| error["message"] == "changed: refund-time"), "{reply}");
                overtaken += 1;
            }
            _ => panic!("{status}: {reply}"),
        }
    }
    println!("a storm: {published} published, {overtaken} overtaken");
    assert!(published >= 6 && overtaken >= 1, "{published} published, {overtaken} overtaken");
    let storm = agreed(&replicas);
    assert_eq!(storm.0, 2 + published, "numbers without gaps");

    // Back to the first version, from a replica that did not publish what came after.
    let (status, report) = replicas[1].service.sent("/v1/corpus/rollback", &json!({"version": first.1})).unwrap();
    assert_eq!((status, report["version"].as_str()), (200, Some(first.1.as_str())), "{report}");
    assert_eq!(agreed(&replicas), (storm.0 + 1, first.1.clone()));
    assert_eq!(replicas[0].versions(), replicas[2].versions());

    // One that is cut off goes on with what it has, publishes nothing, and catches up by itself.
    for state in [CUT, SILENT] {
        line.set(state);
        let days = format!("{}个小时", 20 + state);
        assert_eq!(replicas[0].publish(&days).0, 200);
        wait_until("the other does not follow", || replicas[1].live() == replicas[0].live());
        wait_until("it does not say so", || replicas[2].notices().contains(&"not_agreed".to_owned()));
        assert!(!replicas[2].says().contains(&days));
        let (status, refused) = replicas[2].publish("三十个工作日");
        assert_eq!((status, refused["code"].as_str()), (503, Some("store_unavailable")), "{refused}");
        line.set(PASSES);
        agreed(&replicas);
        wait_until("it says so for ever", || !replicas[2].notices().contains(&"not_agreed".to_owned()));
        for replica in &replicas {
            assert!(replica.says().contains(&days));
        }
    }

    // A conversation goes on wherever its next message arrives: two misses in a row reach a human.
    let missed = |replica: &Replica, text: &str| {
        let asked = json!({"question": text, "customer_id": "c-7"});
        let answered = replica.service.post("/v1/answer", &asked).unwrap();
        (answered["handoff"]["reason"].clone(), answered["conversation_id"].clone())
    };
    let (_, conversation) = missed(&replicas[0], "你们公司在哪里上市的");
    wait_until("the first message is not in the database", || {
        let known = replicas[1].service.get("/v1/customers/c-7");
        !known["messages"].as_array().unwrap().is_empty()
    });
    assert_eq!(missed(&replicas[2], "董事长叫什么名字"), (json!("misses"), conversation));

    // Who published what is told alike everywhere.
    let audited = |replica: &Replica| replica.service.get("/v1/audit?limit=5000")["events"].clone();
    wait_until("their audit logs differ", || audited(&replicas[0]) == audited(&replicas[2]));
    let events = audited(&replicas[1]);
    let count = |action| events.as_array().unwrap().iter().filter(|event| event["action"] == action).count() as u64;
    assert_eq!((count("started"), count("published"), count("rolled_back")), (3, published + 3, 1), "{events}");

    // One that starts with nothing serves what all serve, whatever lies in its own folder.
    let before = agreed(&replicas);
    replicas[1].service.kill();
    replicas[1] = Replica::start(&url);
    assert_eq!(replicas[1].live(), before);
    assert_eq!(replicas[1].notices(), ["unpublished_changes"]);
    assert_eq!(replicas[1].versions(), replicas[0].versions());
}
