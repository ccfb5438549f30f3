//! What the data doctor finds in ticket sets with planted mistakes, what it keeps to itself, and how it ends.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use yingda::{Defect, Detail, Diagnosis, DiagnosisVerdict, LabelField, RawTicket, Severity, examine, read_raw};

/// A small xorshift: the same chance everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}

fn ticket(text: &str, label: &str) -> RawTicket {
    RawTicket { text: text.to_owned(), label: label.to_owned(), ..RawTicket::default() }
}

/// Tickets of a made-up language without a single mistake: each group has words of its own and all share the rest.
fn sound(rows: usize, seed: u64) -> Vec<RawTicket> {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let han = |n: usize| char::from_u32(u32::try_from(0x4e00 + n).unwrap()).unwrap();
    (0..rows)
        .map(|row| {
            let group = row % 4;
            let mut text: String = (0..12).map(|_| han(1_000 + chance.below(300))).collect();
            (0..4).for_each(|_| text.push(han(5_000 + group * 20 + chance.below(20))));
            ticket(&text, ["退款组", "物流组", "发票组", "维修组"][group])
        })
        .collect()
}

fn numbered(mut rows: Vec<RawTicket>, file: &str) -> Vec<RawTicket> {
    for (at, row) in rows.iter_mut().enumerate() {
        (row.place.file, row.place.line) = (file.to_owned(), Some(at + 1));
    }
    rows
}

fn diagnose(rows: Vec<RawTicket>, test: Vec<RawTicket>) -> Diagnosis {
    examine(&numbered(rows, "a.jsonl"), &numbered(test, "test.jsonl"), 0, &|_, _| ()).unwrap()
}

fn finding<'a>(found: &'a Diagnosis, kind: &str) -> &'a Defect {
    let kinds: Vec<&str> = found.findings.iter().map(|finding| finding.kind).collect();
    found.findings.iter().find(|finding| finding.kind == kind).unwrap_or_else(|| panic!("no {kind} among {kinds:?}"))
}

/// The lines of every item of a finding.
fn lines(found: &Diagnosis, kind: &str) -> Vec<Vec<usize>> {
    finding(found, kind).items.iter().map(|item| item.places.iter().map(|spot| spot.line).collect()).collect()
}

#[test]
fn finds_nothing_in_a_sound_set() {
    let found = diagnose(sound(400, 1), sound(100, 2));
    assert_eq!((found.verdict, found.findings), (DiagnosisVerdict::Sound, Vec::new()));
}

#[test]
fn finds_texts_under_two_labels_and_repetitions_under_one() {
    let mut rows = sound(400, 1);
    rows.push(ticket("你好，我想把昨天下单的那罐奶粉退掉，怎么操作", "退款组"));
    rows.push(ticket("我想把昨天下单的那罐奶粉退掉，怎么操作？", "物流组")); // the same words
    rows.push(ticket("师傅说好周三上午来修洗衣机，等到现在都没有来", "维修组"));
    rows.push(ticket("师傅说好周三上午来修洗衣机，等到现在也都没有来", "维修组"));
    rows.push(ticket("师傅说好周三上午来修洗衣机，等到现在都没有来呢", "发票组")); // nearly the same
    let found = diagnose(rows, Vec::new());
    assert_eq!(lines(&found, "conflicting_duplicates"), [[402, 401]]);
    assert_eq!(finding(&found, "conflicting_duplicates").severity, Severity::Error);
    assert_eq!(lines(&found, "conflicting_near_duplicates"), [[403, 405, 404]]); // one of each label first
    let detail = finding(&found, "conflicting_near_duplicates").items[0].detail.clone();
    assert!(matches!(detail, Some(Detail::Cluster { majority: Some(label), .. }) if label == "维修组"));
    assert_eq!(lines(&found, "duplicates"), [[403, 404]]);
    assert!(finding(&found, "duplicates").message.contains("多出 1 条（0.2 %），其中完全相同的 0 条"));
}

#[test]
fn finds_what_test_files_share_with_training_files() {
    let train = sound(400, 1);
    let mut test = sound(80, 2);
    test.extend(train[..4].to_vec());
    test.push(RawTicket { text: format!("{}的", train[4].text), ..train[4].clone() });
    test.push(RawTicket { label: "物流组".to_owned(), ..train[8].clone() }); // 退款组 there
    test.push(ticket("这个组没有人教过", "新组"));
    let found = diagnose(train, test);
    assert_eq!(lines(&found, "leakage"), [[81, 1], [82, 2], [83, 3], [84, 4], [85, 5]]);
    assert_eq!(finding(&found, "leakage").severity, Severity::Error);
    assert_eq!(lines(&found, "leakage_other_label"), [[86, 9]]);
    assert_eq!(lines(&found, "unknown_test_labels"), [[87]]);
    assert_eq!(found.test_rows, 87);
}

#[test]
fn finds_labels_written_in_several_ways() {
    let mut rows = sound(400, 1);
    (rows[0].label, rows[1].label, rows[2].label) = ("退款 组".to_owned(), "物流組".to_owned(), "发漂组".to_owned());
    let found = diagnose(rows, Vec::new());
    assert_eq!(lines(&found, "label_variants"), [[2], [1]]);
    assert_eq!(lines(&found, "label_typos"), [[3]]);
    let suggested = |kind: &str| match &finding(&found, kind).items[0].detail {
        Some(Detail::Spelling { suggested, .. }) => suggested.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!((suggested("label_variants"), suggested("label_typos")), ("物流组".to_owned(), "发票组".to_owned()));
    assert_eq!(finding(&found, "label_variants").severity, Severity::Error);
    assert_eq!(finding(&found, "tiny_groups").rows, 3);
}

#[test]
fn finds_groups_that_are_too_small_or_too_uneven() {
    let mut rows = sound(800, 1);
    for (n, (label, count)) in [("小组", 4), ("中组", 18), ("大组", 58)].into_iter().enumerate() {
        for row in &mut rows[n * 100..n * 100 + count] {
            label.clone_into(&mut row.label);
        }
    }
    rows.extend(sound(1_600, 3).into_iter().filter(|row| row.label == "退款组"));
    let found = diagnose(rows, Vec::new());
    for (kind, severity, label) in [
        ("tiny_groups", Severity::Error, "小组"),
        ("small_groups", Severity::Warning, "中组"),
        ("unproven_groups", Severity::Note, "大组"),
    ] {
        let finding = finding(&found, kind);
        assert_eq!(finding.severity, severity);
        assert!(matches!(&finding.items[0].detail, Some(Detail::Group { label: found, .. }) if found == label));
    }
    assert_eq!(finding(&found, "imbalance").severity, Severity::Note);
}

#[test]
fn finds_rows_that_say_nothing_or_too_much() {
    let mut rows = sound(400, 1);
    for (row, text) in rows.iter_mut().zip(["😭😭", "退", "13800001234？"]) {
        text.clone_into(&mut row.text);
    }
    rows[3].text = rows[3].text.repeat(2_000);
    let found = diagnose(rows, Vec::new());
    assert_eq!(lines(&found, "empty_rows"), [[1]]);
    assert_eq!(lines(&found, "short_rows"), [[2], [3]]);
    assert_eq!(lines(&found, "long_rows"), [[4]]);
}

#[test]
fn finds_groups_that_are_one_in_truth() {
    let mut rows = sound(800, 1);
    let mut chance = Chance(5);
    for row in rows.iter_mut().filter(|row| row.label == "物流组") {
        if chance.below(2) == 0 {
            "快递组".clone_into(&mut row.label);
        }
    }
    let found = diagnose(rows, Vec::new());
    let finding = finding(&found, "confusable_groups");
    assert_eq!(finding.items.len(), 1);
    let Some(Detail::Pair { labels, merge, accuracy, merged_accuracy, .. }) = &finding.items[0].detail else {
        panic!("{finding:?}")
    };
    assert_eq!(labels, &["快递组", "物流组"]);
    assert!(*merge && *accuracy < 0.92 && *merged_accuracy > 0.97, "{accuracy} {merged_accuracy}");
}

#[test]
fn the_smallest_sets_are_examined_too() {
    for rows in [2, 3, 10] {
        let found = diagnose(sound(rows, 1), Vec::new());
        assert!(found.findings.iter().any(|finding| finding.kind == "tiny_groups"), "{rows}");
        assert!(found.findings.iter().all(|finding| finding.kind != "suspect_labels"), "{rows}");
    }
    let five = diagnose(sound(20, 1), Vec::new());
    assert_eq!(five.verdict, DiagnosisVerdict::LookFirst); // five rows in each of four groups can be learnt from
}

#[test]
fn one_group_is_a_finding_and_no_failure() {
    let rows: Vec<RawTicket> = sound(40, 1).into_iter().filter(|row| row.label == "退款组").collect();
    let found = diagnose(rows, Vec::new());
    assert!(finding(&found, "untrainable").message.contains("只有一个标签"));
    let mut swapped = sound(200, 1);
    swapped.iter_mut().for_each(|row| row.label.clone_from(&row.text));
    assert!(finding(&diagnose(swapped, Vec::new()), "untrainable").message.contains("200 条工单有 200 种标签"));
    let empty = diagnose(Vec::new(), Vec::new());
    assert_eq!((empty.rows, empty.verdict), (0, DiagnosisVerdict::MendFirst));
}

/// Every project-written ticket, some of them under a label drawn by chance, and the lines of those.
fn flipped(share: usize, seed: u64) -> (Vec<RawTicket>, Vec<usize>) {
    let tickets = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/tickets");
    let mut rows = numbered(read_raw(&[tickets], LabelField::SkillGroup).unwrap(), "a.jsonl");
    let mut labels: Vec<String> = rows.iter().map(|row| row.label.clone()).collect();
    labels.sort();
    labels.dedup();
    let mut chance = Chance(seed);
    let mut planted = Vec::new();
    for row in &mut rows {
        if chance.below(100) < share {
            let others: Vec<&String> = labels.iter().filter(|label| **label != row.label).collect();
            row.label.clone_from(others[chance.below(others.len())]);
            planted.extend(row.place.line);
        }
    }
    (rows, planted)
}

#[test]
fn finds_most_labels_that_were_flipped() {
    let (rows, planted) = flipped(3, 1);
    let found = diagnose(rows, Vec::new());
    let suspects: Vec<usize> = lines(&found, "suspect_labels").into_iter().flatten().collect();
    let hits = |listed: &[usize]| listed.iter().filter(|line| planted.contains(line)).count();
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let recall = share(hits(&suspects), planted.len());
    let first = share(hits(&suspects[..20]), 20);
    let as_many = share(hits(&suspects[..planted.len()]), planted.len());
    // Measured over three seeds: 62 to 69 % of the flipped labels are found; of the first 20 suspects 17 to 20 were
    // flipped, of as many as were flipped a half. The tickets are hard, one in five is judged wrongly, and some have a
    // doubtful label of their own.
    assert!(recall > 0.55, "found {recall} of the flipped labels");
    assert!(first > 0.7, "of the first twenty {first} were flipped");
    assert!(as_many > 0.4, "of as many as were flipped {as_many} were");
}

/// Runs the program in a folder: exit code, standard output, standard error.
fn doctor(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_yingda"));
    let output = command.args(["tickets", "doctor"]).args(args).current_dir(folder).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn write(folder: &TempDir, name: &str, rows: &[RawTicket]) -> PathBuf {
    let mut lines = String::new();
    for row in rows {
        writeln!(lines, "{}", json!({ "title": row.title, "text": row.text, "label": row.label })).unwrap();
    }
    let path = folder.path().join(name);
    std::fs::write(&path, lines).unwrap();
    path
}

#[test]
fn exit_codes_tell_errors_from_warnings_and_from_unreadable_files() {
    let folder = TempDir::new().unwrap();
    let mut rows = sound(400, 1);
    write(&folder, "sound.jsonl", &rows);
    rows[0].text = format!("{} 13800001234", rows[0].text);
    write(&folder, "warning.jsonl", &rows);
    rows[1].label = "维修 组".to_owned();
    write(&folder, "error.jsonl", &rows);
    std::fs::write(folder.path().join("broken.jsonl"), "{\"text\": 1}\n{").unwrap();
    let sound = doctor(folder.path(), &["sound.jsonl"]);
    assert_eq!(sound.0, 0, "{sound:?}");
    assert!(sound.1.ends_with("错误 0 项\n警告 0 项\n说明 0 项\n结论：没有发现问题，可以训练\n"), "{}", sound.1);
    let warning = doctor(folder.path(), &["warning.jsonl"]);
    assert_eq!(warning.0, 0, "{warning:?}");
    assert!(warning.1.contains("警告 1 项：personal_data") && warning.1.contains("warning.jsonl:1"), "{}", warning.1);
    let error = doctor(folder.path(), &["error.jsonl", "--test", "sound.jsonl"]);
    assert_eq!(error.0, 1, "{error:?}");
    assert!(error.1.contains("label_variants") && error.1.contains("leakage"), "{}", error.1);
    for (args, said) in [
        (&["broken.jsonl"][..], "broken.jsonl:1: 字段 text 应为字符串"),
        (&["sound.jsonl", "--test", "broken.jsonl"], "broken.jsonl:2: 不是一个 JSON 对象"),
        (&["nowhere.jsonl"], "nowhere.jsonl"),
        (&[], "FILE"),
    ] {
        let refused = doctor(folder.path(), args);
        assert_eq!((refused.0, refused.1.as_str()), (2, ""), "{refused:?}");
        assert!(refused.2.contains(said), "{refused:?}");
    }
}

/// A set with a mistake of every kind.
fn sick() -> (Vec<RawTicket>, Vec<RawTicket>) {
    let mut rows = sound(400, 1);
    let mut test = sound(40, 2);
    test.push(rows[10].clone());
    test.push(RawTicket { label: "退款组".to_owned(), ..rows[11].clone() });
    test.push(ticket("没有人教过的组", "新组"));
    rows[0].text.push_str("，电话13800001234，邮箱someone@example.com，身份证110101199003070038");
    rows[1].text.push_str("，卡号6222021234567890128，另一张6222 0212 3456 7890 128");
    rows[2].text.push_str("，单号SF1234567890123，看https://example.com/a?token=1234567890");
    rows.push(RawTicket { label: "物流组".to_owned(), ..rows[0].clone() });
    rows.push(RawTicket { text: format!("{}呀", rows[1].text), label: "维修组".to_owned(), ..rows[1].clone() });
    rows.push(RawTicket { text: format!("{}呀", rows[2].text), ..rows[2].clone() });
    rows.push(ticket("😭😭", "退款组"));
    rows.push(ticket("？退", "退款组"));
    rows.push(ticket(&"很长".repeat(10_001), "退款组"));
    rows.push(ticket("写法不同的标签", "退款 组"));
    rows.push(ticket("手误的标签", "维修祖"));
    for row in &mut rows[300..330] {
        "维修二组".clone_into(&mut row.label);
    }
    (rows, test)
}

#[test]
fn json_has_stable_names() {
    let folder = TempDir::new().unwrap();
    let (rows, test) = sick();
    write(&folder, "train.jsonl", &rows);
    write(&folder, "test.jsonl", &test);
    let (code, out, _) = doctor(folder.path(), &["train.jsonl", "--test", "test.jsonl", "--json"]);
    assert_eq!(code, 1);
    let mut body: Value = serde_json::from_str(&out).unwrap();
    // Figures of the learner may change; every other value is pinned, one item of each kind.
    let learnt = ["suspect_labels", "estimated_label_errors", "confusable_groups"];
    let mut shapes = Map::new();
    for finding in body["findings"].as_array_mut().unwrap() {
        let kind = finding["kind"].as_str().unwrap().to_owned();
        finding["items"].as_array_mut().unwrap().truncate(1);
        finding["items"][0]["places"].as_array_mut().unwrap().truncate(2);
        let shape = if learnt.contains(&kind.as_str()) { names(finding) } else { finding.take() };
        shapes.insert(kind, shape);
    }
    shapes.sort_keys();
    body["findings"] = Value::Object(shapes);
    insta::assert_json_snapshot!(body);
}

/// The value with every number and text replaced by its type.
fn names(value: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), names(value))).collect(),
        Value::Array(items) => items.iter().map(names).collect(),
        Value::String(_) => "text".into(),
        Value::Number(_) => "number".into(),
        Value::Bool(_) => "yes or no".into(),
        Value::Null => Value::Null,
    }
}

#[test]
fn never_prints_a_personal_number() {
    let folder = TempDir::new().unwrap();
    let (rows, _) = sick();
    write(&folder, "train.jsonl", &rows);
    for args in [&["train.jsonl"][..], &["train.jsonl", "--json"], &["train.jsonl", "--top", "1000"]] {
        let (_, out, log) = doctor(folder.path(), args);
        let kinds = if args.contains(&"--json") { ["phone", "bank_card"] } else { ["电话号码", "银行卡号"] };
        assert!(kinds.iter().all(|kind| out.contains(kind)), "{out}");
        for secret in ["1380000", "someone", "19900307", "62220212", "6222 0212", "3456 7890", "SF1234", "token"] {
            assert!(!out.contains(secret) && !log.contains(secret), "{secret} in {out}{log}");
        }
    }
}
