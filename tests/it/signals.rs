//! Complaint, priority and manner of tickets: what the shipped models say, how rules win over them, how sure they are.

use std::path::{Path, PathBuf};

use yingda::{
    COMPLAINT_AT, ComplaintPhrase, Dataset, DatasetError, LabelField, Manner, Priority, Routed, Router, Routing,
    RoutingRule, Ticket, ToneModels, TrainOptions, URGENT_AT, bundle_files, install_bundle, load_bundle, normalize,
    out_of_fold, read_labelled, train,
};

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn route(router: &Router, routing: &Routing, text: &str) -> Routed {
    router.route(routing, &Ticket { text, ..Ticket::default() }, 3, false)
}

/// What the built-in phrases say of a text, at their word.
fn phrase(text: &str) -> ComplaintPhrase {
    if Routing::default().is_complaint(&normalize(text)) { ComplaintPhrase::Meant } else { ComplaintPhrase::Absent }
}

/// Tickets that nobody learnt from, with the verdict a shift leader would give.
const TICKETS: [(&str, bool, Priority); 12] = [
    ("请问纸尿裤的L码适合多重的宝宝", false, Priority::Normal),
    ("电子发票怎么下载，报销要用", false, Priority::Normal),
    ("想把收货地址改成公司的，怎么改", false, Priority::Normal),
    ("这个套餐一个月有多少流量", false, Priority::Normal),
    ("宝宝用了你们的湿巾，脸上起了红疹子", false, Priority::High),
    ("手机卡突然没信号了，电话打不出去", false, Priority::High),
    ("你们客服态度太差了，问什么都敷衍，我要投诉", true, Priority::High),
    ("什么垃圾客服，说了五遍都听不懂人话", true, Priority::High),
    ("说好的赔偿到现在没有，客服互相踢皮球，太欺负人了", true, Priority::High),
    ("暖奶器插上电就冒烟了，还有火星，孩子差点触电", false, Priority::Urgent),
    ("孩子把玩具上掉下来的小零件吞下去了，正在去医院", false, Priority::Urgent),
    ("我的账号被别人登录了，礼品卡正在被盗刷，快冻结", false, Priority::Urgent),
];

#[test]
fn typical_tickets_get_what_a_shift_leader_would_say() {
    let router = Router::embedded().unwrap();
    for (text, complaint, priority) in TICKETS {
        let found = route(&router, &Routing::default(), text);
        assert_eq!(found.complaint >= COMPLAINT_AT, complaint, "{text}: {}", found.complaint);
        assert_eq!(found.priority, priority, "{text}: {}", found.complaint);
    }
}

#[test]
fn every_router_hears_the_same_signals_again_and_again() {
    let (new, old) = (Router::embedded().unwrap(), Router::load(&here("tests/fixtures/model_v1")).unwrap());
    for (text, ..) in TICKETS {
        let [one, other, again] = [&new, &old, &new].map(|router| route(router, &Routing::default(), text));
        assert_eq!((one.complaint.to_bits(), one.priority), (other.complaint.to_bits(), other.priority), "{text}");
        assert_eq!(one, again, "{text}");
    }
}

#[test]
fn phrases_help_the_models_and_rules_win_over_them() {
    let router = Router::embedded().unwrap();
    let said = route(&router, &Routing::default(), "投诉");
    assert!(said.complaint >= COMPLAINT_AT && said.priority == Priority::High, "{}", said.complaint);
    for asked in ["投诉一般多久有结果", "我不是要投诉，就是想问一下发票什么时候开", "上次投诉处理得很好，谢谢"]
    {
        assert!(Routing::default().is_complaint(asked));
        let said = route(&router, &Routing::default(), asked);
        assert!(said.complaint < COMPLAINT_AT && said.priority == Priority::Normal, "{asked}: {}", said.complaint);
    }
    let fire = "暖奶器插上电就冒烟了，还有火星";
    let rule = |name: &str| RoutingRule { name: name.to_owned(), ..RoutingRule::default() };
    let keywords = vec!["暖奶器".to_owned()];
    let calm = RoutingRule { keywords, priority: Some(Priority::Normal), ..rule("暖奶器不急") };
    let found = route(&router, &Routing { rules: vec![calm], ..Routing::default() }, fire);
    assert_eq!((found.priority, found.rule.as_deref()), (Priority::Normal, Some("暖奶器不急")));
    let angry = RoutingRule { complaint: true, priority: Some(Priority::Urgent), ..rule("投诉加急") };
    let routing = Routing { rules: vec![angry], ..Routing::default() };
    let learned = "一次次骗我说明天到，你们就是这样糊弄消费者的？"; // no phrase says so
    assert!(!routing.is_complaint(learned));
    assert_eq!(route(&router, &routing, learned).rule.as_deref(), Some("投诉加急"));
    assert_eq!(route(&router, &routing, fire).rule, None);
}

#[test]
fn a_ticket_without_text_is_ordinary() {
    let found = route(&Router::embedded().unwrap(), &Routing::default(), "😭😭");
    assert_eq!(found.priority, Priority::Normal);
    assert!(found.complaint < 0.2, "{}", found.complaint);
}

/// Where the rows of the models lie; the questions say nothing of priority.
const ROWS: [&str; 3] = ["corpus/tickets", "corpus/tickets/manners", "corpus/tickets/questions"];

fn dataset(field: LabelField) -> Dataset {
    let rows = ROWS.map(here);
    let rows = if field == LabelField::Priority { &rows[..2] } else { &rows[..] };
    Dataset::new(read_labelled(rows, field).unwrap()).unwrap()
}

fn options() -> TrainOptions {
    TrainOptions { max_terms: 15_000, encoder: None, ..TrainOptions::default() }
}

#[test]
fn the_shipped_models_are_as_good_as_they_were_and_of_these_tickets() {
    // Precision and recall on the held-out fifth, measured when these bounds were set: complaint 0.87 and 0.75, high
    // 0.75 and 0.63, manner 0.82 and 0.81, 0.73 and 0.71, 0.95 and 0.96. Many rows are now written on the border between
    // a complaint and what looks like one, so that precision is lower than on tickets alone. Urgent has 51 rows
    // there and is never taken by the most probable label; its gate is tested below.
    let floors = [
        ("complaint", LabelField::Complaint, "true", 0.82, 0.71),
        ("priority", LabelField::Priority, "high", 0.72, 0.59),
        ("manner", LabelField::Manner, "complaint", 0.78, 0.77),
        ("manner", LabelField::Manner, "praise", 0.68, 0.66),
        ("manner", LabelField::Manner, "request", 0.93, 0.94),
    ];
    for (name, field, label, precision, recall) in floors {
        let loaded = load_bundle(&here("models/signals").join(name)).unwrap();
        let group = loaded.report.held_out.groups.iter().find(|group| group.label == label).unwrap();
        assert!(group.precision.unwrap() >= precision && group.recall.unwrap() >= recall, "{name}: {group:?}");
        assert_eq!(loaded.row_keys, dataset(field).keys(), "{name}: train it again, see models/signals/README.md");
    }
}

/// A row of `tests/fixtures/manners.jsonl`: trades that the models were not taught, and nobody trains on it.
#[derive(serde::Deserialize)]
struct Said {
    text: String,
    manner: String,
    complaint: bool,
}

fn name(manner: Manner) -> &'static str {
    match manner {
        Manner::Request => "request",
        Manner::Complaint => "complaint",
        Manner::SmallTalk(kind) => kind.name(),
    }
}

#[test]
fn manners_and_complaints_of_other_trades_are_told_apart() {
    let signals = ToneModels::embedded().unwrap();
    let rows = std::fs::read_to_string(here("tests/fixtures/manners.jsonl")).unwrap();
    let rows: Vec<Said> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (mut found, mut alarms, mut manners) = (0.0, Vec::new(), 0.0);
    for row in &rows {
        let heard = signals.hear(&row.text, phrase(&row.text));
        manners += f64::from(u8::from(name(heard.manner) == row.manner));
        found += f64::from(u8::from(heard.complains && row.complaint));
        if heard.complains && !row.complaint {
            alarms.push(&row.text);
        }
    }
    let complaints = rows.iter().filter(|row| row.complaint).count() as f64;
    let (recall, manners) = (found / complaints, manners / rows.len() as f64);
    // Measured when these bounds were set: 0.82, 0.95, 3.
    assert!(recall >= 0.78 && manners >= 0.92 && alarms.len() <= 4, "{recall} {manners} {alarms:?}");
}

#[test]
fn what_may_be_urgent_is_found_as_often_as_stated() {
    let data = dataset(LabelField::Priority);
    let found = out_of_fold(&data, &options(), &|_, _| ()).unwrap();
    let urgent = data.labels.iter().position(|label| label == "urgent").unwrap();
    let normal = data.labels.iter().position(|label| label == "normal").unwrap();
    let rows = data.targets.iter().zip(&found.probabilities);
    let taken: Vec<usize> = rows.filter(|(_, said)| said[urgent] >= URGENT_AT).map(|(target, _)| *target).collect();
    let count = |taken: &[usize], wanted: usize| taken.iter().filter(|target| **target == wanted).count() as f64;
    let recall = count(&taken, urgent) / count(&data.targets, urgent);
    let precision = count(&taken, urgent) / taken.len() as f64;
    let ordinary = count(&taken, normal) / taken.len() as f64;
    // Measured when these bounds were set, by other folds: 0.54, 0.40, 0.29. On the tickets of the shop alone it was 0.63,
    // 0.44, 0.17; of the 56 urgent texts that came with the other trades most are alone in telling their kind of harm.
    assert!(recall >= 0.50 && precision >= 0.36 && ordinary <= 0.33, "{recall} {precision} {ordinary}");
}

#[test]
fn says_where_the_label_is_missing_and_when_there_is_only_one() {
    let sixty = here("tests/fixtures/tickets_60.jsonl");
    let error = read_labelled(std::slice::from_ref(&sixty), LabelField::Complaint).unwrap_err().to_string();
    assert!(error.contains("tickets_60.jsonl:1: 标签为空：请填写 complaint（是否投诉）"), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("calm.jsonl");
    std::fs::write(&file, "{\"text\":\"怎么退\",\"complaint\":false}\n{\"text\":\"怎么换\",\"complaint\":false}\n")
        .unwrap();
    let one = Dataset::new(read_labelled(std::slice::from_ref(&file), LabelField::Complaint).unwrap());
    assert!(matches!(one, Err(DatasetError::OneLabel(label)) if label == "false"));
    std::fs::write(&file, "{\"text\":\"怎么退\",\"complaint\":false}\n{\"text\":\"骗子\",\"投诉\":\"是\"}\n").unwrap();
    let two = Dataset::new(read_labelled(&[file], LabelField::Complaint).unwrap()).unwrap();
    assert_eq!(train(&two, &options(), &|_, _| ()).unwrap().labels, ["false", "true"]);
}

#[test]
fn a_knowledge_base_can_bring_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let shipped = ToneModels::embedded().unwrap();
    let angry = "你们客服态度太差了，问什么都敷衍，我要投诉";
    assert_eq!(
        shipped.with(folder.path()).unwrap().hear(angry, ComplaintPhrase::Absent),
        shipped.hear(angry, ComplaintPhrase::Absent)
    );
    // A house where only 小票 is a complaint.
    let row = |text: &str, complaint: bool| format!("{{\"text\":\"{text}\",\"complaint\":{complaint}}}\n");
    let rows: String =
        (0..40).map(|n| row(&format!("小票{n}号在哪"), true) + &row(&format!("订单{n}号在哪"), false)).collect();
    let file = folder.path().join("rows.jsonl");
    std::fs::write(&file, rows).unwrap();
    let data = Dataset::new(read_labelled(&[file], LabelField::Complaint).unwrap()).unwrap();
    let files = bundle_files(&train(&data, &options(), &|_, _| ()).unwrap(), &options(), &data.keys()).unwrap();
    install_bundle(&files, &folder.path().join("complaint")).unwrap();
    let own = shipped.with(folder.path()).unwrap();
    assert!(
        own.hear("小票50号在哪", ComplaintPhrase::Absent).complains
            && !own.hear("订单50号在哪", ComplaintPhrase::Absent).complains
    );
    assert!(!shipped.hear("小票50号在哪", ComplaintPhrase::Absent).complains);
    assert_eq!(own.hear(angry, ComplaintPhrase::Absent).manner, shipped.hear(angry, ComplaintPhrase::Absent).manner);
    let broken = folder.path().join("complaint/weights.bin");
    std::fs::write(broken, "x").unwrap();
    assert!(shipped.with(folder.path()).unwrap_err().to_string().contains("weights.bin"));
}
