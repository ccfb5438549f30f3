//! A server in this process, on a port of its own, with a small corpus in a folder of its own.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use yingda::{Config, KnowledgeBase, Publisher, RawConfig, Registry, Remembering, Server, Sources, Store};

/// Eight entries are enough to tell them apart.
const FAQ: &str = r#"{"id":"refund-time","question":"退款多久能到账","similar":["退款几天到账","退的钱什么时候回来"],"answer":"审核通过后三个工作日内原路退回。","answers":{"sms":"3个工作日内退回。"},"category":"售后/退款","related":["return-how"]}
{"id":"return-how","question":"怎么申请退货","similar":["我想把东西退了","退货在哪里点"],"answer":"在订单页点申请售后。","category":"售后/退货"}
{"id":"delivery-fee","question":"运费怎么算","similar":["邮费多少钱","满多少包邮"],"answer":"满九十九元包邮。","category":"售前/配送"}
{"id":"invoice","question":"如何开电子发票","similar":["发票在哪下载"],"answer":"在订单详情里点开发票。","category":"售中/发票"}
{"id":"coupon","question":"优惠券为什么用不了","similar":["券显示不可用"],"answer":"请看券的适用范围和有效期。","category":"售前/优惠"}
{"id":"password","question":"忘记登录密码怎么办","similar":["密码忘了进不去"],"answer":"在登录页点找回密码。","category":"账户"}
{"id":"formula-open","question":"奶粉开罐后能放多久","similar":["开封的奶粉保存几天"],"answer":"开罐后请在四周内吃完。","category":"用法"}
{"id":"roaming","question":"出国怎么开通国际漫游","similar":["手机卡国外能用吗"],"answer":"在应用里开通漫游包。","category":"号卡"}
"#;

/// One running server. Dropping it stops the server and checks that it ends without an error.
pub(crate) struct TestApp {
    pub(crate) url: String,
    pub(crate) corpus: TempDir,
    agent: ureq::Agent,
    publisher: Publisher,
    /// Where what is remembered lies; none for servers that keep nothing.
    kept: Option<(Store, TempDir)>,
    stop: Option<oneshot::Sender<()>>,
    serving: Option<JoinHandle<std::io::Result<()>>>,
    runtime: Option<Runtime>,
}

/// The frozen router model: small, and not the one that ships, which changes with its tickets.
pub(crate) fn model() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/model_v1")
}

/// Looks again every few milliseconds until something holds.
///
/// # Panics
/// With `otherwise` where it does not come to hold within a minute.
pub(crate) fn wait_until(otherwise: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < deadline, "{otherwise}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect(&self.text)
    }

    pub(crate) fn code(&self) -> String {
        assert_eq!(self.headers["content-type"], "application/problem+json; charset=utf-8", "{self:?}");
        self.json()["code"].as_str().unwrap().to_owned()
    }

    /// The body, fit for a snapshot: everything but the id, which differs every time.
    pub(crate) fn problem(&self) -> Value {
        self.code();
        let mut body = self.json();
        assert_eq!(body["status"], self.status);
        assert_eq!(body["request_id"], self.headers["x-request-id"]);
        body["request_id"] = "[id]".into();
        body
    }
}

impl TestApp {
    /// A ready server with the default configuration.
    pub(crate) fn spawn() -> Self {
        Self::with("")
    }

    /// A ready server with some configuration of its own.
    pub(crate) fn with(toml: &str) -> Self {
        let app = Self::unprepared(toml);
        app.prepare();
        app
    }

    /// A ready server that stores what it is told, with some configuration of its own.
    pub(crate) fn keeping(toml: &str) -> Self {
        Self::keeping_in(None, toml)
    }

    /// The same with a database of a URL, where there is one.
    pub(crate) fn keeping_in(database_url: Option<String>, toml: &str) -> Self {
        let data = TempDir::new().unwrap();
        let app = Self::built(toml, Some((data, database_url)));
        app.prepare();
        app
    }

    /// The store of a server that keeps what it is told.
    pub(crate) fn store(&self) -> &Store {
        &self.kept.as_ref().unwrap().0
    }

    /// A server that listens and is not ready.
    pub(crate) fn unprepared(toml: &str) -> Self {
        Self::built(toml, None)
    }

    fn built(toml: &str, data: Option<(TempDir, Option<String>)>) -> Self {
        let corpus = TempDir::new().unwrap();
        fs::write(corpus.path().join("faq.jsonl"), FAQ).unwrap();
        // Nobody balances load here, so that a stopping server need not linger.
        let delay = if toml.contains("shutdown_delay_ms") { "" } else { "shutdown_delay_ms = 0\n" };
        let config = RawConfig::from_toml(&format!("listen = '127.0.0.1:0'\n{delay}{toml}"));
        let config = Config::check(config).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let kept = data.map(|(data, url)| {
            let store = runtime.block_on(Store::open_or_wait(data.path(), url.as_deref())).unwrap();
            (store, data)
        });
        let remembering = kept.as_ref().map_or_else(Remembering::default, |(store, _)| Remembering {
            recorder: Arc::new(store.clone()),
            store: Some(store.clone()),
            ..Remembering::default()
        });
        let server = runtime.block_on(Server::bind(Arc::new(config), remembering)).unwrap();
        let (url, publisher) = (format!("http://{}", server.address()), server.publisher());
        let (stop, stopped) = oneshot::channel();
        let serving = runtime.spawn(server.run(async {
            let _ = stopped.await;
        }));
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(30)))
            .build()
            .into();
        Self { url, corpus, agent, publisher, kept, stop: Some(stop), serving: Some(serving), runtime: Some(runtime) }
    }

    /// Opens the knowledge bases `default` and `phone` on the same folder and makes the server ready.
    pub(crate) fn prepare(&self) {
        let open = |name: &str| {
            let sources = Sources {
                corpus: Some(self.corpus.path().to_owned()),
                model: Some(model()),
                time_zone: jiff::tz::TimeZone::UTC,
                ..Sources::embedded()
            };
            KnowledgeBase::open(name, sources, "2026-11-11T00:00:00Z".parse().unwrap()).unwrap()
        };
        self.publisher.publish(Arc::new(Registry::of(["default", "phone"].map(open))));
    }

    /// Ends the store while the server goes on, as where the database fails.
    pub(crate) fn lose_store(&self) {
        if let (Some((store, _)), Some(runtime)) = (&self.kept, &self.runtime) {
            runtime.block_on(store.close());
        }
    }

    /// Replaces the corpus on disk.
    pub(crate) fn write_corpus(&self, lines: &str) {
        fs::write(self.corpus.path().join("faq.jsonl"), lines).unwrap();
    }

    /// The corpus on disk as it was at the start.
    pub(crate) fn original() -> &'static str {
        FAQ
    }

    pub(crate) fn ask(&self, question: &str) -> Reply {
        self.post("/v1/answer", &json!({ "question": question }))
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, &[], "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_text(path, &body.to_string())
    }

    pub(crate) fn post_text(&self, path: &str, body: &str) -> Reply {
        self.send("POST", path, &[("content-type", "application/json")], body)
    }

    pub(crate) fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut response = self.agent.run(request.body(body.to_owned()).unwrap()).unwrap();
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
        Reply { status: response.status().as_u16(), headers, text: response.body_mut().read_to_string().unwrap() }
    }

    /// Where the server listens, for tests that speak TCP themselves.
    pub(crate) fn address(&self) -> &str {
        self.url.strip_prefix("http://").unwrap()
    }

    /// Tells the server to stop, without waiting.
    pub(crate) fn tell_to_stop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }

    /// Waits until the server has ended.
    pub(crate) fn wait(&mut self) {
        if let (Some(serving), Some(runtime)) = (self.serving.take(), &self.runtime) {
            runtime.block_on(serving).unwrap().unwrap();
        }
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.tell_to_stop();
        if !std::thread::panicking() {
            self.wait();
            self.lose_store();
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}
