//! Every role, every endpoint of the OpenAPI document, every method and several knowledge bases: who gets in, and who
//! does not.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::api::app::TestApp;

const KEYS: &str = r#"
metrics_public = false
[[key]]
name = "web"
role = "frontend"
secret = "frontend-secret-0001"
[[key]]
name = "desk"
role = "ticketing"
secret = "ticketing-secret-0001"
[[key]]
name = "editor"
role = "staff"
secret = "staff-secret-0000001"
[[key]]
name = "one-editor"
role = "staff"
secret = "staff-secret-of-one-1"
kb = ["default"]
"#;

/// Callers: name, what they send, role, the only knowledge base they may use.
const CALLERS: [(&str, Option<&str>, &str, Option<&str>); 8] = [
    ("nobody", None, "none", None),
    ("a stranger", Some("Bearer not-a-known-secret"), "none", None),
    ("another scheme", Some("Basic ZnJvbnRlbmQ="), "none", None),
    ("a key with a blank", Some("Bearer  frontend-secret-0001"), "any", None),
    ("frontend", Some("Bearer frontend-secret-0001"), "frontend", None),
    ("ticketing", Some("Bearer ticketing-secret-0001"), "ticketing", None),
    ("staff", Some("Bearer staff-secret-0000001"), "staff", None),
    ("staff of one", Some("Bearer staff-secret-of-one-1"), "staff", Some("default")),
];

/// Who may use what, by the first tag of an operation; an operation in [`SHARED`] is for all of them.
const ROLES: [(&str, &[&str]); 7] = [
    ("answering", &["frontend", "staff"]),
    ("routing", &["ticketing", "staff"]),
    ("feedback", &["frontend", "staff"]),
    ("customers", &["staff"]),
    ("statistics", &["staff"]),
    ("corpus", &["staff"]),
    ("operation", &["none", "frontend", "ticketing", "staff"]),
];

/// Paths that more roles may use than their tag says.
const SHARED: [(&str, &[&str]); 3] = [
    ("/skill-groups", &["frontend", "ticketing", "staff"]),
    ("/messages/{message_id}/feedback", &["frontend", "ticketing", "staff"]),
    ("/metrics", &["staff"]),
];

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

/// The roles that may call an operation of the document.
fn allowed(path: &str, operation: &Value) -> &'static [&'static str] {
    let shared = SHARED.iter().find(|(end, _)| path.ends_with(end)).map(|(_, roles)| *roles);
    let tag = operation["tags"][0].as_str().unwrap_or_default();
    let by_tag = ROLES.iter().find(|(name, _)| *name == tag).map(|(_, roles)| *roles);
    shared.or(by_tag).unwrap_or_else(|| panic!("say in tests/it/campaign/roles.rs who may use {path} (tag {tag})"))
}

/// What a request gets, as far as access decides it.
#[derive(Debug, PartialEq)]
enum Access {
    /// Let in; whatever the handler then says of an empty body.
    In,
    Unauthorized,
    Forbidden,
    NoSuchMethod,
}

fn access(status: u16) -> Access {
    match status {
        401 => Access::Unauthorized,
        403 => Access::Forbidden,
        405 => Access::NoSuchMethod,
        // An unknown entry or knowledge base and an unfit body are answers of the handler.
        200..=299 | 304 | 400 | 404 | 409 | 415 | 422 => Access::In,
        other => panic!("{other} is no answer to a request that is only wrong"),
    }
}

#[test]
fn every_role_gets_into_its_own_and_nothing_else() {
    let app = TestApp::keeping(KEYS);
    let document = app.get("/openapi.json").json();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (template, item) in document["paths"].as_object().unwrap() {
        for kb in ["default", "phone", "none"] {
            if !template.contains("{kb}") && kb != "default" {
                continue;
            }
            let path = template.replace("{kb}", kb);
            let path = filled(&path);
            for method in METHODS {
                let declared = match method {
                    // HEAD is answered wherever GET is.
                    "HEAD" => item.get("get"),
                    other => item.get(other.to_lowercase()),
                };
                for (caller, key, role, only) in CALLERS {
                    if role == "any" {
                        continue;
                    }
                    let roles = declared.map_or(&["none"][..], |operation| allowed(template, operation));
                    let open = roles.contains(&"none") && declared.is_some();
                    let bound = only.is_some_and(|only| only != kb) && !open && !template.ends_with("/metrics");
                    let expected = match () {
                        // A browser asks so before it sends anything, without a key, and no handler is reached.
                        () if method == "OPTIONS" => Access::In,
                        () if open => Access::In,
                        () if role == "none" => Access::Unauthorized,
                        () if declared.is_none() => Access::NoSuchMethod,
                        () if bound => Access::Forbidden,
                        // That there is no such knowledge base is said before anybody's role is looked at.
                        () if kb == "none" => Access::In,
                        () if !roles.contains(&role) => Access::Forbidden,
                        () => Access::In,
                    };
                    // Who is refused before their body is read loses the connection with it.
                    let mut headers = vec![("content-type", "application/json"), ("connection", "close")];
                    headers.extend(key.map(|key| ("authorization", key)));
                    let body = if method == "POST" { "{}" } else { "" };
                    let reply = app.send(method, &path, &headers, body);
                    let found = access(reply.status);
                    *seen.entry(format!("{found:?}")).or_default() += 1;
                    // A method that no operation has may be refused before or after the key is looked at.
                    let either = declared.is_none() && !matches!(found, Access::In);
                    if found != expected && !either {
                        wrong.push(format!("{caller} {method} {path}: {} instead of {expected:?}", reply.status));
                    }
                }
            }
        }
    }
    println!("{seen:?}");
    assert!(wrong.is_empty(), "{} of {seen:?}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(seen.values().sum::<usize>() > 1_000 && seen.len() == 4, "{seen:?}");
}

/// A path with something in place of its other parameters.
fn filled(path: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in path.chars() {
        match c {
            '{' => (inside, out) = (true, out + "refund-time"),
            '}' => inside = false,
            c if !inside => out.push(c),
            _ => {}
        }
    }
    out
}
