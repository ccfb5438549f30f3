//! `evaluate answers` and `show-one` as people run them: files in, files out, refusals with the way to mend them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

const ENTRIES: &str = r#"{"id":"refund","question":"怎么申请退款","answer":"在订单页点申请退款。"}
{"id":"fee","question":"运费怎么算","answer":"满九十九元包邮。"}
{"id":"invoice","question":"怎么开发票","answer":"在订单页点申请发票。"}
{"id":"bill","question":"在哪里开票","answer":"在订单页点申请发票。"}
"#;
const QUESTIONS: &str = r#"{"query":"申请退款怎么弄","faq_id":"refund"}
{"question":"开票的费用谁出","faq_id":"fee"}
{"question":"怎么开发票","faq_id":"bill"}
"#;
const OUTSIDE: &str = "{\"question\":\"今天天气怎么样\",\"kind\":\"far\"}\n";

/// A corpus with questions beside it.
fn corpus() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(dir.path().join("corpus/eval")).unwrap();
    write(dir.path(), "corpus/faq.jsonl", ENTRIES);
    write(dir.path(), "corpus/eval/questions.jsonl", QUESTIONS);
    write(dir.path(), "corpus/eval/out_of_scope.jsonl", OUTSIDE);
    dir
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).unwrap();
}

fn read(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap()
}

fn yingda(dir: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_yingda")).current_dir(dir).args(args).output().unwrap()
}

fn evaluate(dir: &Path, args: &[&str]) -> Output {
    yingda(dir, &[&["evaluate", "answers", "--corpus", "corpus"], args].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn measures_with_intervals_and_outcomes_and_the_same_answer_is_right() {
    let dir = corpus();
    let out = evaluate(dir.path(), &["--json", "--ranks", "ranks.csv", "--report", "report.html"]);
    assert!(out.status.success(), "{}", text(&out.stderr));
    let result: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!((&result["questions"], &result["out_of_scope"]), (&3.into(), &1.into()));
    assert_eq!(result["outcomes"][2]["best_faq_id"], "invoice");
    assert_eq!(result["outcomes"][2]["rank"], 1, "invoice and bill have the same answer");
    assert!(result["intervals"]["recall_at_1"]["low"].is_number(), "{result}");
    let ranks = read(dir.path(), "ranks.csv");
    assert_eq!(ranks.lines().count(), 5, "{ranks}");
    assert!(ranks.lines().last().unwrap().starts_with("今天天气怎么样,,,"), "{ranks}");
    assert!(read(dir.path(), "report.html").contains("精度–覆盖曲线"));
    let again = evaluate(dir.path(), &["--json", "--at", result["at"].as_str().unwrap()]);
    assert_eq!(text(&again.stdout), text(&out.stdout), "the same questions give the same bytes");
}

#[test]
fn a_better_corpus_wins_questions_and_other_questions_are_refused() {
    let dir = corpus();
    let before = evaluate(dir.path(), &["--json"]);
    std::fs::write(dir.path().join("before.json"), &before.stdout).unwrap();
    let better = ENTRIES.replace("\"运费怎么算\",", "\"运费怎么算\",\"similar\":[\"开票的费用由谁来出\"],");
    write(dir.path(), "corpus/faq.jsonl", &better);
    let out = evaluate(dir.path(), &["--compare", "before.json"]);
    let shown = text(&out.stdout);
    assert!(out.status.success(), "{}", text(&out.stderr));
    assert!(shown.contains("新答对 1 题，新答错 0 题") && shown.contains("+ 开票的费用谁出（fee）"), "{shown}");

    write(dir.path(), "corpus/eval/out_of_scope.jsonl", "{\"question\":\"别的问题\"}\n");
    let refused = evaluate(dir.path(), &["--compare", "before.json", "--ranks", "ranks.csv"]);
    let message = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(1));
    assert!(message.contains("1 个问题只在基线里，1 个只在这次（例如“别的问题”）"), "{message}");
    assert!(!dir.path().join("ranks.csv").exists(), "nothing is written after a refusal");
    write(dir.path(), "before.json", "{\"recall_at_1\": 0.9}");
    let refused = evaluate(dir.path(), &["--compare", "before.json"]);
    assert!(text(&refused.stderr).contains("before.json 不能作基线"), "{}", text(&refused.stderr));
}

#[test]
fn a_wrong_row_is_named_with_its_line() {
    let dir = corpus();
    write(
        dir.path(),
        "own.jsonl",
        "{\"question\":\"甲\",\"faq_id\":\"refund\"}\n{\"question\":\"乙\",\"faq_id\":\"gone\"}\n",
    );
    let out = evaluate(dir.path(), &["--queries", "own.jsonl"]);
    assert_eq!(out.status.code(), Some(1));
    assert!(text(&out.stderr).contains("own.jsonl:2: 知识库里没有条目 gone"), "{}", text(&out.stderr));
}

#[test]
fn show_one_prints_a_screen_or_json_and_refuses_a_blank_question() {
    let dir = corpus();
    let shown = text(&yingda(dir.path(), &["show-one", "怎么申请退款", "--corpus", "corpus"]).stdout);
    assert!(shown.contains("决定　直接回答") && shown.contains("refund"), "{shown}");
    let json = yingda(dir.path(), &["show-one", "怎么申请退款", "--corpus", "corpus", "--json"]);
    let json: Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!((&json["decision"], &json["answer"]["faq_id"]), (&"answer".into(), &"refund".into()));
    let blank = yingda(dir.path(), &["show-one", " "]);
    assert_eq!(blank.status.code(), Some(1));
    assert!(text(&blank.stderr).contains("问题为空"), "{}", text(&blank.stderr));
}
