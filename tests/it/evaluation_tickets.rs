//! `evaluate tickets` and `promote` as people run them: three ways to measure, files out, refusals that say why.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// The sixty tickets by line: two of three to train on, the others to test, a few that belong nowhere.
fn tickets() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let all = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tickets_60.jsonl"));
    let (mut train, mut test) = (String::new(), String::new());
    for (at, line) in all.unwrap().lines().enumerate() {
        let part = if at % 3 == 2 { &mut test } else { &mut train };
        part.push_str(&format!("{line}\n"));
    }
    write(dir.path(), "train.jsonl", &train);
    write(dir.path(), "test.jsonl", &test);
    write(dir.path(), "oos.jsonl", "{\"text\":\"今天天气怎么样\"}\n{\"text\":\"给我讲个笑话\"}\n");
    dir
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).unwrap();
}

fn read(dir: &Path, name: &str) -> String {
    std::fs::read_to_string(dir.join(name)).unwrap()
}

fn yingda(dir: &Path, args: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_yingda")).current_dir(dir).args(args.split_whitespace()).output().unwrap()
}

/// What a run that succeeds prints.
fn shown(dir: &Path, args: &str) -> String {
    let out = yingda(dir, args);
    assert!(out.status.success(), "{args}: {}", text(&out.stderr));
    text(&out.stdout)
}

fn json(dir: &Path, args: &str) -> Value {
    serde_json::from_str(&shown(dir, args)).unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn folds_measure_every_ticket_with_intervals_and_the_same_bytes() {
    let dir = tickets();
    let command = "evaluate tickets --folds 4 --tickets train.jsonl test.jsonl --oos oos.jsonl --json";
    let out = shown(dir.path(), &format!("{command} --predictions rows.csv --report report.html"));
    assert_eq!(shown(dir.path(), command), out, "the same tickets give the same bytes");
    let found: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&found["mode"], &found["folds"], &found["rows"]), (&"folds".into(), &4.into(), &60.into()));
    let (accuracy, interval) = (found["accuracy"].as_f64().unwrap(), &found["intervals"]["accuracy"]);
    assert!(interval["low"].as_f64().unwrap() <= accuracy && accuracy <= interval["high"].as_f64().unwrap());
    assert_eq!(found["groups"].as_array().unwrap().len(), 4);
    assert_eq!(found["evidence"][0]["own_shortlist"], false, "fifteen tickets are fewer than nineteen");
    assert_eq!((&found["out_of_scope"]["rows"], &found["out_of_scope"]["routed"]), (&2.into(), &0.0.into()));
    let rows = read(dir.path(), "rows.csv");
    assert_eq!(rows.lines().count(), 63, "a heading, sixty tickets, two outside");
    assert!(rows.starts_with("file,line,truth,guess,confidence,decision,shortlist\ntest.jsonl,1,"), "{rows}");
    assert!(rows.lines().last().unwrap().starts_with("oos.jsonl,2,,"), "{rows}");
    assert!(!rows.contains("笑话"), "predictions hold no text");
    let report = read(dir.path(), "report.html");
    for part in ["4 折交叉验证", "混淆矩阵", "风险–覆盖曲线", "可靠性图", "还缺的证据"] {
        assert!(report.contains(part), "the report lacks {part}");
    }
}

#[test]
fn a_split_judges_all_of_the_test_part_and_labels_unknown_to_the_model_count_as_missed() {
    let dir = tickets();
    let test = read(dir.path(), "test.jsonl");
    let known = "{\"text\":\"想加盟你们的店\",\"label\":\"加盟\"}\n";
    let copied = read(dir.path(), "train.jsonl").lines().next().unwrap().to_owned();
    write(dir.path(), "test.jsonl", &format!("{test}{known}{copied}\n"));
    let command = "evaluate tickets --train train.jsonl --test test.jsonl";
    let found = json(dir.path(), &format!("{command} --json"));
    assert_eq!((&found["mode"], &found["rows"]), (&"split".into(), &22.into()));
    assert_eq!((&found["train_rows"], &found["repeated"]), (&40.into(), &1.into()));
    let groups = found["groups"].as_array().unwrap();
    assert_eq!((&groups[4]["label"], &groups[4]["recall"]), (&"加盟".into(), &0.0.into()));
    let shown = shown(dir.path(), command);
    assert!(shown.contains("模型没有学过这些标签，都算分错：加盟（1 条）"), "{shown}");
    assert!(shown.contains("其中 1 条的文本在训练部分也有") && shown.contains("95 % 区间"), "{shown}");
}

#[test]
fn two_models_are_compared_on_tickets_that_neither_was_trained_on() {
    let dir = tickets();
    let few: String = read(dir.path(), "train.jsonl").lines().step_by(3).map(|line| format!("{line}\n")).collect();
    write(dir.path(), "few.jsonl", &few);
    shown(dir.path(), "train --tickets train.jsonl --out good");
    shown(dir.path(), "train --tickets few.jsonl --out poor");
    let command = "evaluate tickets --model good --compare poor --tickets train.jsonl test.jsonl";
    let found = json(dir.path(), &format!("{command} --json --report report.html"));
    assert_eq!((&found["rows"], &found["excluded"]), (&20.into(), &40.into()));
    let comparison = &found["comparison"];
    let (won, lost) = (comparison["won"].as_array().unwrap(), comparison["lost"].as_array().unwrap());
    let change = &comparison["measures"][0];
    let difference = change["now"].as_f64().unwrap() - change["before"].as_f64().unwrap();
    let balance = i32::try_from(won.len()).unwrap() - i32::try_from(lost.len()).unwrap();
    assert!((difference - f64::from(balance) / 20.0).abs() < 1e-9, "{comparison}");
    let terminal = shown(dir.path(), command);
    assert!(terminal.contains("精确 McNemar 检验") && terminal.contains("另有 40 条"), "{terminal}");
    for change in won.iter().chain(lost) {
        assert!(!terminal.contains(change["text"].as_str().unwrap()), "texts stand in the report and in JSON only");
    }
    assert!(read(dir.path(), "report.html").contains("与另一个模型比较"));

    let promoted = yingda(dir.path(), "promote --candidate good --current poor --tickets train.jsonl test.jsonl");
    let promoted = text(&promoted.stdout);
    assert!(promoted.contains("工单 20 条（另有 40 条训练过，已排除）"), "{promoted}");
    assert!(promoted.contains("差的 95 % 区间") && promoted.contains("已替换"), "{promoted}");
}

#[test]
fn refusals_say_why_and_write_nothing() {
    let dir = tickets();
    write(dir.path(), "empty.jsonl", "\n");
    write(dir.path(), "broken.jsonl", "{\"text\":\"退款\"}\n{\n");
    shown(dir.path(), "train --tickets train.jsonl --out model");
    let rows = [
        ("", "请给出 --model 与 --tickets"),                               // nothing to do
        ("--tickets test.jsonl", "请给出 --model 与 --tickets"),           // tickets and no way to judge them
        ("--model model", "请用 --tickets 给出带标签的工单"),              // a model and nothing to judge
        ("--folds 3", "请用 --tickets 给出带标签的工单"),                  // the same for folds
        ("--model model --folds 3 --tickets test.jsonl", "只能选一种"),    // two ways at once
        ("--folds 3 --train train.jsonl --test test.jsonl", "只能选一种"), // two others
        ("--train train.jsonl", "--train 和 --test 要一起给出"),           // half of a split
        ("--test test.jsonl", "--train 和 --test 要一起给出"),             // the other half
        ("--train train.jsonl --test test.jsonl --tickets test.jsonl", "不要再给 --tickets"), // whose tickets?
        ("--folds 3 --tickets test.jsonl --compare model", "--compare 只能与 --model 同用"), // nothing to compare
        ("--model model --tickets nowhere.jsonl", "读不了 nowhere.jsonl"), // no such file
        ("--model nowhere --tickets test.jsonl", "模型目录 nowhere 不能用"), // no such model
        ("--model model --compare nowhere --tickets test.jsonl", "模型目录 nowhere 不能用"), // nor this one
        ("--model model --tickets broken.jsonl", "broken.jsonl:1: 标签为空"), // every bad line is named
        ("--model model --tickets empty.jsonl", "没有可评测的工单：文件里一条也没有"), // nothing in the file
        ("--train train.jsonl --test empty.jsonl", "没有可评测的工单：文件里一条也没有"), // nor here
        ("--folds 3 --tickets empty.jsonl", "没有可用的工单"),             // nor to learn from
        ("--model model --tickets train.jsonl", "40 条全部是模型训练过的"), // only what it knows by heart
        ("--model model --tickets test.jsonl --oos empty.jsonl", "没有库外工单"), // nothing outside
        ("--model model --tickets test.jsonl --oos train.jsonl", "库外工单：40 条全部是模型训练过的"), // inside
        ("--model model --tickets test.jsonl --predictions no/rows.csv", "写不了 no/rows.csv"), // no such place
    ];
    for (args, expected) in rows {
        let out = yingda(dir.path(), &format!("evaluate tickets {args} --report report.html"));
        let message = text(&out.stderr);
        assert_eq!(out.status.code(), Some(1), "{args}: {message}");
        assert!(message.contains(expected) && out.stdout.is_empty(), "{args}: {message}");
        assert!(!dir.path().join("report.html").exists(), "{args}: nothing is written after a refusal");
    }
}

#[test]
fn other_labels_than_the_group_are_measured_and_examined() {
    let dir = tickets();
    let row = |at: usize| match at % 3 {
        0 => format!("{{\"text\":\"第{at}次了你们骗人，给我道歉\",\"complaint\":true}}\n"),
        _ => format!("{{\"text\":\"第{at}单什么时候发货\",\"投诉\":\"否\"}}\n"),
    };
    write(dir.path(), "moods.jsonl", &(0..60).map(row).collect::<String>());
    let found =
        json(dir.path(), "evaluate tickets --label complaint --encoder none --folds 3 --tickets moods.jsonl --json");
    let labels: Vec<&Value> = found["groups"].as_array().unwrap().iter().map(|group| &group["label"]).collect();
    assert_eq!((labels, &found["accuracy"]), (vec![&"false".into(), &"true".into()], &1.0.into()));
    assert!(shown(dir.path(), "tickets doctor --label complaint moods.jsonl").contains("技能组 2 个"));
    let refused = yingda(dir.path(), "evaluate tickets --label complaint --folds 3 --tickets train.jsonl");
    assert!(text(&refused.stderr).contains("train.jsonl:1: 标签为空：请填写 complaint"), "{}", text(&refused.stderr));
    let unknown = yingda(dir.path(), "tickets doctor --label mood moods.jsonl");
    assert!(
        text(&unknown.stderr).contains("应为 skill_group、complaint、priority 或 manner"),
        "{}",
        text(&unknown.stderr)
    );
}
