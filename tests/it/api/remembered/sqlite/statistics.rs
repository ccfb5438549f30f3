//! The numbers.

use serde_json::{Value, json};

use super::keeping;
use crate::api::app::TestApp;

/// A small day: two answers on the web, one suggestion or hand-off by mail, small talk, a ticket.
fn day() -> TestApp {
    let app = keeping("");
    let ask = |question: &str, channel: &str, conversation: &str| -> Value {
        let request = json!({"question": question, "channel": channel, "conversation_id": conversation});
        app.post("/v1/answer", &request).json()
    };
    let first = ask("退款多久能到账", "web", "a");
    assert_eq!(first["decision"], "answer", "{first}");
    assert_eq!(ask("运费怎么算", "web", "b")["decision"], "answer");
    assert_eq!(ask("转人工", "=1+1", "c")["decision"], "handoff");
    app.post("/v1/classify", &json!({"text": "退款没到账", "channel": "mail"}));
    let message = first["message_id"].as_str().unwrap();
    app.post(&format!("/v1/messages/{message}/feedback"), &json!({"rating": "bad"}));
    app.post(&format!("/v1/messages/{message}/feedback"), &json!({"rating": "good"}));
    app
}

#[test]
fn decisions_are_counted_by_any_dimension() {
    let app = day();
    let all = app.get("/v1/stats").json();
    let row = &all["rows"][0];
    assert_eq!((all["rows"].as_array().unwrap().len(), &row["dimensions"]), (1, &json!([])), "{all}");
    assert_eq!((&row["decisions"], &row["answer"], &row["handoff"]), (&json!(4), &json!(2), &json!(1)), "{all}");
    assert_eq!((&row["good"], &row["bad"]), (&json!(1), &json!(0)), "the last word counts: {all}");
    assert_eq!((&row["conversations"], &row["self_service_rate"]), (&json!(2), &json!(1.0)), "{all}");
    assert_eq!(all["zone"], "Asia/Shanghai");
    let by = app.get("/v1/stats?by=day,channel&channel=web").json();
    assert_eq!(by["by"], json!(["day", "channel"]));
    assert_eq!(by["rows"].as_array().unwrap().len(), 1, "{by}");
    assert_eq!((&by["rows"][0]["dimensions"][1], &by["rows"][0]["decisions"]), (&json!("web"), &json!(2)), "{by}");
    assert_eq!(app.get("/v1/stats?by=channel&from=2020-01-01&to=2020-12-31").json()["rows"], json!([]));
    assert_eq!(app.get("/v1/kb/phone/stats").json()["rows"][0]["decisions"], 0);
}

#[test]
fn a_table_opens_in_spreadsheets_and_runs_nothing() {
    let app = day();
    let reply = app.get("/v1/stats?by=channel&format=csv");
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.headers["content-type"], "text/csv; charset=utf-8");
    let table = reply.text.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut lines = table.split("\r\n");
    let header = lines.next().unwrap();
    let json = app.get("/v1/stats?by=channel").json();
    let names: Vec<&String> = json["rows"][0].as_object().unwrap().keys().collect();
    let expected: Vec<&str> = std::iter::once("channel")
        .chain(names.into_iter().map(String::as_str).filter(|n| *n != "dimensions"))
        .collect();
    assert_eq!(header, expected.join(","), "the header names every measure of the rows, in their order");
    let rows: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
    assert_eq!(rows.len(), 3, "{table}");
    assert!(rows.iter().any(|row| row.starts_with("web,2,2,0,0,0,0,0,1.0,2,2,1.0,1,0,0,")), "{table}");
    assert!(rows.iter().any(|row| row.starts_with("'=1+1,1,")), "a channel is no formula: {table}");
}

#[test]
fn what_is_wrong_with_a_parameter_is_named() {
    let app = keeping("");
    for (query, field, part) in [
        ("from=yesterday", "from", "must be a date"),
        ("to=2026-13-01", "to", "must be a date"),
        ("from=2026-11-02&to=2026-11-01", "from", "must be before the end"),
        ("from=1990-01-01&to=2026-01-01", "from", "ten years"),
        ("by=day,colour", "by", "must be names out of hour, day"),
        ("by=day,day", "by", "names day twice"),
        ("format=xlsx", "format", "must be one of json, csv"),
        ("zone=Shanghai", "zone", "IANA"),
        ("day=2026-11-01", "day", "is not a known field"),
        ("chanel=web", "chanel", "did you mean `channel`?"),
    ] {
        let reply = app.get(&format!("/v1/stats?{query}"));
        assert_eq!((reply.status, reply.code().as_str()), (422, "invalid_request"), "{query}: {reply:?}");
        let error = &reply.json()["errors"][0];
        assert_eq!(error["field"], field, "{query}: {error}");
        assert!(error["message"].as_str().unwrap().contains(part), "{query}: {error}");
    }
}

#[test]
fn every_entry_is_listed_with_how_often_it_answered_also_never() {
    let app = keeping("");
    for _ in 0..2 {
        app.ask("退款多久能到账");
    }
    let fee = app.ask("运费怎么算").json();
    let path = format!("/v1/messages/{}/feedback", fee["message_id"].as_str().unwrap());
    assert_eq!(app.post(&path, &json!({"rating": "bad"})).status, 200);
    let told = app.get("/v1/stats/entries").json();
    let entries = told["entries"].as_array().unwrap();
    assert_eq!((entries.len(), told["never"].as_u64()), (8, Some(6)), "{told}");
    let of = |at: usize| (entries[at]["faq_id"].as_str().unwrap(), entries[at]["answered"].as_i64().unwrap());
    assert_eq!([of(0), of(1), of(2)], [("refund-time", 2), ("delivery-fee", 1), ("coupon", 0)], "{told}");
    assert_eq!(entries[1]["bad"], 1);
    let table = app.get("/v1/stats/entries?format=csv");
    assert_eq!(table.headers["content-type"], "text/csv; charset=utf-8");
    let lines: Vec<&str> = table.text.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!((lines[0], lines.len()), ("faq_id,question,category,answered,good,bad", 9), "{lines:?}");
    assert_eq!(lines[1], "refund-time,退款多久能到账,售后/退款,2,0,0");
    assert_eq!(app.get("/v1/stats/entries?from=2020-01-01&to=2020-01-02").json()["never"], 8);
    assert_eq!(app.get("/v1/stats/entries?by=day").status, 422);
}
