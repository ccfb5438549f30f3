//! The OpenAPI document and the page to try it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::app::TestApp;

const VERSIONED: [(&str, &str); 21] = [
    ("post", "/answer"),
    ("get", "/suggest"),
    ("get", "/entries/{faq_id}"),
    ("get", "/skill-groups"),
    ("post", "/classify"),
    ("post", "/classify/batch"),
    ("get", "/corpus"),
    ("get", "/corpus/versions"),
    ("post", "/corpus/reload"),
    ("post", "/corpus/rollback"),
    ("get", "/policy"),
    ("post", "/messages/{message_id}/feedback"),
    ("post", "/conversations/{conversation_id}/rating"),
    ("post", "/conversations/{conversation_id}/events"),
    ("post", "/tickets/{ticket_id}/events"),
    ("get", "/tickets/{ticket_id}"),
    ("get", "/audit"),
    ("get", "/stats/entries"),
    ("get", "/customers/{customer_id}"),
    ("delete", "/customers/{customer_id}"),
    ("get", "/stats"),
];

fn document() -> Value {
    TestApp::unprepared("").get("/openapi.json").json()
}

fn operations(api: &Value) -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in api["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
            found.push((method.clone(), path.clone(), operation.clone()));
        }
    }
    found
}

#[test]
fn every_route_is_documented_and_nothing_else() {
    let api = document();
    assert_eq!(api["openapi"], "3.1.0");
    let found: BTreeSet<(String, String)> = operations(&api).into_iter().map(|(m, p, _)| (m, p)).collect();
    let mut expected: BTreeSet<(String, String)> =
        ["/livez", "/readyz", "/metrics"].map(|path| ("get".to_owned(), path.to_owned())).into();
    for prefix in ["/v1", "/v1/kb/{kb}"] {
        expected.extend(VERSIONED.map(|(method, path)| (method.to_owned(), format!("{prefix}{path}"))));
    }
    assert_eq!(found, expected);
}

#[test]
fn the_probability_of_a_complaint_is_documented() {
    let api = document();
    let complaint = &api["components"]["schemas"]["Routed"]["properties"]["complaint"];
    assert_eq!((complaint["type"].as_str(), complaint["maximum"].as_f64()), (Some("number"), Some(1.0)), "{complaint}");
    assert!(complaint["description"].as_str().unwrap().starts_with("Probability"), "{complaint}");
}

#[test]
fn documented_routes_exist() {
    let app = TestApp::spawn();
    for (method, path) in VERSIONED {
        for prefix in ["/v1", "/v1/kb/phone"] {
            let path = path.replace("{faq_id}", "invoice");
            let reply = app.send(&method.to_uppercase(), &format!("{prefix}{path}"), &[], "");
            assert!(![404, 405].contains(&reply.status), "{method} {prefix}{path}: {reply:?}");
        }
    }
}

#[test]
fn ids_are_unique_and_references_lead_somewhere() {
    let api = document();
    let ids: Vec<String> =
        operations(&api).iter().map(|(_, _, o)| o["operationId"].as_str().unwrap().to_owned()).collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    let text = api.to_string();
    for reference in text.split("\"$ref\":\"").skip(1) {
        let target = reference.split('"').next().unwrap().strip_prefix('#').unwrap();
        assert!(api.pointer(target).is_some(), "{target} leads nowhere");
    }
}

#[test]
fn every_operation_documents_its_problems() {
    let api = document();
    for (method, path, operation) in operations(&api) {
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.contains_key("500"), "{method} {path}");
        if path.starts_with("/v1") {
            for status in ["401", "403", "404", "429", "503"] {
                let body = &responses[status]["content"]["application/problem+json"]["schema"]["$ref"];
                assert_eq!(body, "#/components/schemas/ProblemBody", "{method} {path} {status}");
            }
        }
    }
}

#[test]
fn the_page_needs_no_internet() {
    let app = TestApp::unprepared("");
    let page = app.get("/docs/");
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("src=\"http") && !page.text.contains("href=\"http"), "{}", page.text);
    assert!(app.get("/docs/swagger-initializer.js").text.contains("/openapi.json"));
    assert_eq!(app.get("/docs/swagger-ui-bundle.js").status, 200);
}

#[test]
fn examples_of_problems_fit_the_status_they_stand_under() {
    for (method, path, operation) in operations(&document()) {
        for (status, response) in operation["responses"].as_object().unwrap() {
            if let Some(problem) = response["content"].get("application/problem+json") {
                assert_eq!(problem["example"]["status"].to_string(), *status, "{method} {path}");
            }
            assert!(response["description"].is_string(), "{method} {path} {status}");
        }
    }
}

#[test]
fn the_front_door_leads_to_the_page_and_pages_are_fenced_in() {
    let app = TestApp::unprepared("");
    let page = app.get("/"); // the client follows
    assert!(page.text.contains("swagger"), "{page:?}");
    assert!(page.headers["content-security-policy"].contains("frame-ancestors 'none'"), "{page:?}");
    assert!(page.headers["content-security-policy"].contains("script-src 'self'"), "{page:?}");
    for path in ["/livez", "/openapi.json", "/v1/corpus", "/nothing"] {
        let reply = app.get(path);
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{path}");
        assert_eq!(reply.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'", "{path}");
    }
}
