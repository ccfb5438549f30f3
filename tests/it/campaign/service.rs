//! The binary as a service on a port of its own, with a folder for its corpus and its state.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::api::app::{model, wait_until};

/// A service that ends with its test.
pub(crate) struct Service {
    pub(crate) process: Child,
    url: String,
    agent: ureq::Agent,
}

impl Service {
    /// Serves `corpus` in `dir`, keeps its state in `state` beside it, and is ready when this returns.
    pub(crate) fn start(dir: &Path, database_url: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_yingda"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data", "state"]).current_dir(dir);
        command.env("YINGDA_MODEL", model()).env("YINGDA_CORPUS", "corpus");
        if let Some(url) = database_url {
            command.env("YINGDA_DATABASE_URL", url);
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").expect("one line with the address").trim().to_owned();
        wait_until("never ready", || ureq::get(format!("{url}/readyz")).call().is_ok());
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build()
            .into();
        Self { process, url, agent }
    }

    pub(crate) fn get(&self, path: &str) -> Value {
        let text = self.agent.get(format!("{}{path}", self.url)).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&text).unwrap()
    }

    /// What came of a request that succeeded; none where it did not, or where the service ended before it came.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<Value> {
        self.sent(path, body).filter(|(status, _)| *status < 300).map(|(_, body)| body)
    }

    /// Status and body; none where the service ended before they came. `Null` sends nothing.
    pub(crate) fn sent(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        let request = self.agent.post(format!("{}{path}", self.url));
        let mut reply = if body.is_null() { request.send_empty() } else { request.send_json(body) }.ok()?;
        let status = reply.status().as_u16();
        Some((status, serde_json::from_str(&reply.body_mut().read_to_string().ok()?).ok()?))
    }

    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
