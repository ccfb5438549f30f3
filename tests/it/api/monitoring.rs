//! The dashboard and the alert rules that ship name only series, labels and values that the service gives.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::app::TestApp;

fn shipped(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/monitoring").join(name);
    std::fs::read_to_string(path).unwrap()
}

/// The queries of the dashboard and the expressions of the rules.
fn expressions() -> Vec<String> {
    let dashboard: Value = serde_json::from_str(&shipped("grafana-dashboard.json")).unwrap();
    let mut found = Vec::new();
    for panel in dashboard["panels"].as_array().unwrap() {
        let targets = panel["targets"].as_array().unwrap();
        found.extend(targets.iter().map(|target| target["expr"].as_str().unwrap().to_owned()));
    }
    let rules = shipped("alerts.yaml");
    let rules = rules.lines().filter_map(|line| line.trim().strip_prefix("expr: "));
    found.extend(rules.map(str::to_owned));
    assert!(found.len() > 20, "{found:?}");
    found
}

/// Every word of an expression that begins like one of our series.
fn series(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word.starts_with("yingda_"))
}

#[test]
fn every_series_that_the_dashboard_and_the_rules_name_exists() {
    let app = TestApp::keeping("");
    for question in ["退款多久能到账", "发票", "转人工"] {
        app.ask(question);
    }
    assert_eq!(app.post("/v1/corpus/reload", &json!({})).status, 200);
    app.write_corpus("{");
    assert_ne!(app.post("/v1/corpus/reload", &json!({})).status, 200);
    let given = app.get("/metrics").text;
    let lines: Vec<&str> = given.lines().filter(|line| !line.starts_with('#')).collect();
    let names: BTreeSet<&str> = lines.iter().map(|line| line.split(['{', ' ']).next().unwrap()).collect();
    for expression in expressions() {
        for name in series(&expression) {
            assert!(names.contains(name), "{name} of {expression} is not among {names:?}");
        }
        // Labels of a series that are told apart or grouped by; `instance`, `job` and `le` come with Prometheus.
        for label in ["route", "status", "kb", "decision", "outcome"] {
            let named = expression.contains(&format!("{label}=")) || expression.contains(&format!("({label}"));
            let name = series(&expression).next();
            if let (true, Some(name)) = (named, name) {
                let has = lines.iter().any(|line| line.starts_with(name) && line.contains(&format!("{label}=\"")));
                assert!(has, "{name} has no label {label}: {expression}");
            }
        }
    }
    let outcomes = lines.iter().filter(|line| line.starts_with("yingda_publishes_total"));
    assert!(outcomes.clone().any(|line| line.contains("outcome=\"failed\"") || line.contains("outcome=\"refused\"")));
}
