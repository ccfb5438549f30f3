//! Who changed what is kept, and names no customer.

use serde_json::{Value, json};

use super::keeping;
use crate::api::app::TestApp;

const SECRET: &str = "staff-secret-0000001";

#[test]
fn publications_and_looks_at_customers_are_told_with_who_and_from_which_version_to_which() {
    let app = keeping(&format!("[[key]]\nname = 'editor'\nrole = 'staff'\nsecret = '{SECRET}'\n"));
    let bearer = format!("Bearer {SECRET}");
    let send = |method: &str, path: &str, body: &Value| {
        let headers = [("content-type", "application/json"), ("authorization", bearer.as_str())];
        app.send(method, path, &headers, &if body.is_null() { String::new() } else { body.to_string() })
    };
    let get = |path: &str| send("GET", path, &Value::Null);
    let post = |path: &str, body: &Value| send("POST", path, body);
    let first = get("/v1/corpus").json()["version"].clone();
    app.write_corpus(&TestApp::original().replace("三个工作日", "五个工作日"));
    assert_eq!(post("/v1/corpus/reload?dry_run=true", &json!({})).status, 200);
    let second = post("/v1/corpus/reload", &json!({})).json()["version"].clone();
    assert_eq!(post("/v1/corpus/rollback", &json!({"version": first})).status, 200);
    post("/v1/answer", &json!({"question": "退款多久能到账", "customer_id": "wang-secret"}));
    assert_eq!(get("/v1/customers/wang-secret").status, 200);
    assert_eq!(send("DELETE", "/v1/customers/wang-secret", &Value::Null).status, 200);
    let audit = get("/v1/audit").json();
    let told: Vec<(Value, Value, Value)> = audit["events"]
        .as_array()
        .unwrap()
        .iter()
        .rev()
        .map(|event| (event["action"].clone(), event["from_version"].clone(), event["to_version"].clone()))
        .collect();
    assert_eq!(
        told,
        [
            (json!("published"), first.clone(), second.clone()),
            (json!("rolled_back"), second, first),
            (json!("customer_exported"), Value::Null, Value::Null),
            (json!("customer_forgotten"), Value::Null, Value::Null),
        ],
        "what was only tried is not told: {audit}"
    );
    assert!(audit["events"].as_array().unwrap().iter().all(|event| event["key"] == "editor"), "{audit}");
    assert_eq!(get("/v1/corpus/versions").json()["versions"][0]["published_by"], "editor");
    assert!(!audit.to_string().contains("wang"), "{audit}");
    assert_eq!(get("/v1/audit?limit=1").json()["events"].as_array().unwrap().len(), 1);
    assert_eq!(get("/v1/audit?to=2001-01-02&from=2001-01-01").json()["events"], json!([]));
    let faulty = get("/v1/audit?limit=0&from=gestern");
    assert_eq!((faulty.status, faulty.json()["errors"].as_array().unwrap().len()), (422, 2), "{faulty:?}");
}
