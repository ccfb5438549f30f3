//! The ticket flow from files to routed tickets: training, bundles, promises, rules, promotion.

use std::path::{Path, PathBuf};

use yingda::{
    BundleError, BundleFiles, DEFAULT_PROMISE, Dataset, Labels, MANIFEST, MissingEvidence, Place, Priority,
    PromotionVerdict, RouteDecision, Routed, Router, Routing, RoutingRule, SkillGroup, Smalltalk, Ticket, TicketRow,
    TicketText, TrainOptions, TrainedRouter, bundle_files, evaluate, install_bundle, load_bundle, pair, read_bundle,
    read_bundle_files, read_tickets, train,
};

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

fn sixty() -> Dataset {
    Dataset::new(read_tickets(&[fixture("tickets_60.jsonl")], Labels::Required).unwrap()).unwrap()
}

fn trained(data: &Dataset) -> TrainedRouter {
    train(data, &TrainOptions::default(), &|_, _| ()).unwrap()
}

fn files(data: &Dataset) -> BundleFiles {
    bundle_files(&trained(data), &TrainOptions::default(), &data.keys()).unwrap()
}

fn borrowed(files: &BundleFiles) -> Vec<(&str, &[u8])> {
    files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect()
}

fn router(data: &Dataset) -> Router {
    Router::from_files(&borrowed(&files(data))).unwrap()
}

fn route(router: &Router, routing: &Routing, text: &str) -> Routed {
    router.route(routing, &Ticket { text, ..Ticket::default() }, 3, true)
}

/// Tickets of a made-up language with known truth: each group has words of its own and all share the rest; `doubt`
/// out of 10 tickets have no word of their group.
fn synthetic(rows: usize, doubt: u64, seed: u64) -> Vec<TicketRow> {
    let han = |n: u64| char::from_u32(u32::try_from(0x4e00 + n).unwrap()).unwrap();
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut draw = |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    (0..rows)
        .map(|row| {
            let group = draw(4);
            let clear = draw(10) >= doubt;
            let mut text: String = (0..12).map(|_| han(1_000 + draw(300))).collect();
            if clear {
                (0..2).for_each(|_| text.push(han(5_000 + group * 20 + draw(20))));
            }
            TicketRow {
                ticket: TicketText { text, ..TicketText::default() },
                label: format!("组{group}"),
                channel: None,
                customer_tier: None,
                place: Place::new("synthetic", row + 1),
            }
        })
        .collect()
}

/// A routing file about the groups of the sixty tickets.
fn routing(rules: Vec<RoutingRule>) -> Routing {
    let refund = SkillGroup {
        id: "refund".to_owned(),
        name: "退款组".to_owned(),
        flow: vec!["客服".to_owned(), "财务".to_owned()],
        promise: "退款专员将在 2 小时内联系您".to_owned(),
        precision: None,
        aliases: Vec::new(),
    };
    Routing { groups: vec![refund], rules, ..Routing::default() }
}

#[test]
fn the_frozen_first_model_still_loads_and_answers_the_same() {
    let router = Router::load(&fixture("model_v1")).unwrap();
    assert_eq!(router.labels(), ["invoice", "logistics", "phonecard", "refund"]);
    assert_eq!(router.version(), FROZEN_VERSION);
    for (text, group, confidence) in FROZEN {
        let found = route(&router, &Routing::default(), text);
        assert_eq!(found.skill_group, group, "{text}");
        assert!((found.confidence - confidence).abs() < 1e-5, "{text}: {}", found.confidence);
    }
}

const FROZEN_VERSION: &str = "2e8d63d0cc879489";
const FROZEN: [(&str, &str, f64); 5] = [
    ("我的快递怎么还没送到", "logistics", 0.974764327),
    ("想退货，退款多久到账", "refund", 0.999739667),
    ("手机卡没信号", "phonecard", 0.999909339),
    ("開一張電子發票", "invoice", 0.999992136),
    ("随便问问", "phonecard", 0.775810178),
];

#[test]
fn equal_rows_give_equal_bytes_on_any_number_of_threads() {
    let rows = synthetic(300, 2, 1);
    let mut turned = rows.clone();
    turned.reverse();
    let pool = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let one = pool(1).install(|| files(&Dataset::new(rows.clone()).unwrap()));
    let two = pool(2).install(|| files(&Dataset::new(turned).unwrap()));
    for ((name, left), (_, right)) in one.iter().zip(&two) {
        assert!(left == right, "{name} differs");
    }
    let other = train(&Dataset::new(rows).unwrap(), &TrainOptions { seed: 1, ..TrainOptions::default() }, &|_, _| ());
    assert_ne!(other.unwrap().report.held_out, trained(&Dataset::new(synthetic(300, 2, 1)).unwrap()).report.held_out);
}

#[test]
fn what_is_promised_on_training_rows_holds_on_new_ones() {
    let data = Dataset::new(synthetic(2_000, 2, 3)).unwrap();
    let model = trained(&data);
    let found = evaluate(&model.model, &model.labels, &synthetic(2_000, 2, 4));
    // A fifth of the tickets says nothing: 0.8 + 0.2 / 4 is the best any model can do.
    assert!(found.accuracy > 0.80, "accuracy {}", found.accuracy);
    assert!(found.routed > 0.5, "routed {}", found.routed);
    assert!(found.routed_precision.unwrap() > 0.94, "precision {:?}", found.routed_precision);
    assert!(found.shortlist_coverage > 0.93, "coverage {}", found.shortlist_coverage);
    assert!(found.calibration_error < 0.04, "calibration error {}", found.calibration_error);
    let known = &model.report.evidence;
    assert_eq!(known.iter().map(|group| group.rows).sum::<usize>(), model.report.rows);
    let usual = |group: &MissingEvidence| group.routed_to >= 200 && group.routed_wrong * 12 <= group.routed_to;
    assert!(known.len() == 4 && known.iter().all(usual), "{known:?}");
    assert!(known.iter().any(|group| group.right_rows_needed == 0), "no group is proven: {known:?}");
    let report = &model.report.held_out;
    assert!((report.accuracy - found.accuracy).abs() < 0.05, "reported {}, found {}", report.accuracy, found.accuracy);
}

#[test]
fn tickets_unlike_anything_seen_go_to_review() {
    let data = Dataset::new(synthetic(1_000, 0, 5)).unwrap();
    let router = router(&data);
    for text in ["hello, where is my parcel?", "Ω≈ç√∫", "蕤蕥蕦蕧蕨蕩蕪蕫蕬"] {
        assert_eq!(route(&router, &Routing::default(), text).decision, RouteDecision::Review, "{text}");
    }
}

#[test]
fn learns_from_very_little() {
    let mut rows = synthetic(10, 0, 7);
    rows.iter_mut().enumerate().for_each(|(n, row)| row.label = ["甲组 🙂", "乙"][n % 2].to_owned());
    let mut lone = rows[0].clone();
    lone.ticket.text = "只有这一条".to_owned();
    lone.label = "丙".to_owned();
    rows.push(lone);
    let found = route(&router(&Dataset::new(rows).unwrap()), &Routing::default(), "只有这一条");
    assert_eq!(found.decision, RouteDecision::Review); // ten rows promise nothing
    assert!(found.confidence.is_finite() && !found.shortlist.is_empty());
}

#[test]
fn refuses_bundles_that_are_damaged_or_of_another_version() {
    let good = files(&sixty());
    let with = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let mut files = good.clone();
        files.iter_mut().filter(|(other, _)| other == name).for_each(|(_, bytes)| change(bytes));
        // A bundle that is not refused would fill the screen with its numbers.
        read_bundle(&borrowed(&files)).map(|_| "loaded").unwrap_err()
    };
    for (name, _) in good.iter().skip(1) {
        let error = with(name, &|bytes| bytes[0] ^= 1);
        assert!(matches!(&error, BundleError::Checksum { file, .. } if file == name), "{name}: {error}");
        let missing: BundleFiles = good.iter().filter(|(other, _)| other != name).cloned().collect();
        let error = read_bundle(&borrowed(&missing)).unwrap_err();
        assert!(matches!(&error, BundleError::Missing(file) if file == name), "{name}: {error}");
    }
    let replaced = |from: &str, to: &str| {
        with(MANIFEST, &|bytes| *bytes = resealed(String::from_utf8(bytes.clone()).unwrap().replacen(from, to, 1)))
    };
    let rows = [
        ("\"yingda-router\"", "\"other\"", "format: expected yingda-router, found other"),
        ("\"format_version\": 3", "\"format_version\": 9", "format version: expected 1 to 3, found 9"),
        ("\"normalization_version\": ", "\"normalization_version\": 9", "normalization version: expected"),
        ("\"feature_version\": ", "\"feature_version\": 9", "feature version: expected 1 to 2"),
        ("\"version\": \"", "\"version\": \"0", "encoder version: expected"),
        ("\"width\": ", "\"width\": 1", "weights does not fit the manifest"),
        ("\"terms\": ", "\"terms\": 1", "vocabulary does not fit the manifest"),
        ("\"invoice\",", "", "weights does not fit the manifest"),
        ("{", "", "manifest.json is not valid JSON"),
    ];
    for (from, to, expected) in rows {
        let error = replaced(from, to).to_string();
        assert!(error.contains(expected), "{from} → {to}: {error}");
    }
}

/// A changed manifest with the checksum that belongs to it.
fn resealed(mut text: String) -> Vec<u8> {
    let at = text.find("\"checksum\": \"").unwrap() + "\"checksum\": \"".len();
    text.replace_range(at..at + 64, &"0".repeat(64));
    let digits = blake3::hash(text.as_bytes()).to_hex();
    text.replace_range(at..at + 64, &digits);
    text.into_bytes()
}

#[test]
fn replaces_a_model_but_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&sixty());
    let model = folder.path().join("model");
    install_bundle(&files, &model).unwrap();
    install_bundle(&files, &model).unwrap();
    assert_eq!(read_bundle_files(&model).unwrap(), files);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1); // nothing left beside it
    let other = folder.path().join("holiday photos");
    std::fs::create_dir(&other).unwrap();
    std::fs::write(other.join("beach.jpg"), b"sand").unwrap();
    assert!(matches!(install_bundle(&files, &other), Err(BundleError::NotABundle(_))));
    assert_eq!(std::fs::read(other.join("beach.jpg")).unwrap(), b"sand");
}

#[test]
fn explanations_sum_to_the_margin() {
    let data = sixty();
    let files = files(&data);
    let model = read_bundle(&borrowed(&files)).unwrap().model;
    for text in ["快递还没到，我要退款", "發票抬頭寫錯了", "xyz", "卡"] {
        let ticket = TicketText::new("", text);
        let margins = model.scores(&model.read(&ticket));
        for (group, margin) in margins.iter().enumerate() {
            let [sum, other] = model.explain(&ticket, &model.read(&ticket), [group, 0]).scores();
            assert!((sum - margin).abs() < 1e-4, "{text}, group {group}: {sum} against {margin}");
            assert!((other - margins[0]).abs() < 1e-4, "{text}: {other} against {}", margins[0]);
        }
        let shown = route(&router(&data), &Routing::default(), text);
        let best = shown.explanation.iter().map(|line| line.weight).sum::<f64>();
        assert!(margins.iter().any(|margin| (margin - best).abs() < 1e-4), "{text}");
    }
}

#[test]
fn rules_win_over_the_model_and_say_so() {
    let router = router(&sixty());
    let rule = |name: &str| RoutingRule { name: name.to_owned(), ..RoutingRule::default() };
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let rules = vec![
        RoutingRule { keywords: words(&["过敏"]), priority: Some(Priority::Urgent), ..rule("过敏加急") },
        RoutingRule { channels: words(&["weibo"]), group: Some("refund".to_owned()), ..rule("微博") },
    ];
    let routing = routing(rules);
    let plain = route(&router, &routing, "发票怎么开");
    assert_eq!((plain.skill_group.as_str(), plain.rule.as_deref()), ("invoice", None));
    assert_eq!((plain.priority, plain.promise.as_str()), (Priority::Normal, DEFAULT_PROMISE));
    let complaint = route(&router, &routing, "发票一直不开，我要投诉");
    assert_eq!((complaint.priority, complaint.rule), (Priority::High, None));
    let urgent = route(&router, &routing, "用了过敏，发票怎么开，我要投诉");
    assert_eq!((urgent.priority, urgent.rule.as_deref()), (Priority::Urgent, Some("过敏加急")));
    let weibo = Ticket { text: "发票怎么开", channel: Some("Weibo"), ..Ticket::default() };
    let ordered = router.route(&routing, &weibo, 3, false);
    assert_eq!((ordered.skill_group.as_str(), ordered.rule.as_deref()), ("refund", Some("微博")));
    assert_eq!((ordered.decision, ordered.promise.as_str()), (RouteDecision::Route, "退款专员将在 2 小时内联系您"));
    assert_eq!((ordered.flow.len(), ordered.ranking.len()), (2, 3));
    assert_eq!(router.warnings(&routing).len(), 1); // three groups of the model are not named
}

#[test]
fn a_routing_file_about_other_groups_assigns_none() {
    let router = router(&sixty());
    let rule = RoutingRule { name: "全部".to_owned(), group: Some("elsewhere".to_owned()), ..RoutingRule::default() };
    let elsewhere = SkillGroup { id: "elsewhere".to_owned(), ..SkillGroup::default() };
    let foreign = Routing { groups: vec![elsewhere], rules: vec![rule], ..Routing::default() };
    let found = route(&router, &foreign, "发票怎么开");
    assert_eq!((found.skill_group.as_str(), found.rule), ("invoice", None));
    assert_eq!(router.warnings(&foreign).len(), 1);
    assert!(router.warnings(&Routing::default()).is_empty());
}

#[test]
fn a_ticket_without_text_goes_to_review_by_the_groups_shares() {
    let found = route(&router(&sixty()), &Routing::default(), "😭😭");
    assert_eq!(found.decision, RouteDecision::Review);
    assert_eq!(found.ranking.len(), 3);
    assert!((found.confidence - 0.25).abs() < 1e-9);
}

#[test]
fn promotes_what_is_not_worse_on_tickets_neither_model_knows() {
    let load = |rows: Vec<TicketRow>| read_bundle(&borrowed(&files(&Dataset::new(rows).unwrap()))).unwrap();
    let good_rows = synthetic(600, 1, 11);
    let good = load(good_rows.clone());
    let poor = load(synthetic(600, 9, 12));
    let fresh = synthetic(400, 1, 13);
    assert_eq!(pair(&good, &poor, fresh.clone()).verdict(), PromotionVerdict::Promote);
    assert_eq!(pair(&poor, &good, fresh.clone()).verdict(), PromotionVerdict::Worse);
    assert_eq!(pair(&good, &good, fresh.clone()).verdict(), PromotionVerdict::Promote);
    let mixed: Vec<TicketRow> = good_rows.iter().cloned().chain(fresh).collect();
    let found = pair(&good, &poor, mixed);
    assert_eq!((found.excluded, found.rows.len()), (600, 400)); // training rows say nothing
    assert_eq!(pair(&good, &poor, good_rows).verdict(), PromotionVerdict::TooFewRows);
}

#[test]
fn explanations_say_where_each_term_stands_and_what_speaks_against_the_runner_up() {
    let router = router(&sixty());
    let text = "您好，我的快遞 怎么还没到，急";
    let ticket = Ticket { title: "快递", text, ..Ticket::default() };
    let found = router.route(&Routing::default(), &ticket, 3, true);
    let typed: Vec<char> = text.chars().collect();
    let line = found.explanation.iter().find(|line| line.term == "快递").unwrap();
    let title = line.places.iter().find(|place| place.field == "title").unwrap();
    assert_eq!((title.start, title.end), (0, 2));
    let place = line.places.iter().find(|place| place.field == "text").unwrap();
    assert_eq!(typed[place.start..place.end].iter().collect::<String>(), "快遞");
    assert!(line.weight > 0.0 && line.against_runner_up > line.weight, "{line:?}");
    let names: Vec<&str> = found.explanation.iter().rev().take(3).map(|line| line.term.as_str()).collect();
    assert_eq!(names, ["（基准）", "（整段意思）", "（其余词语）"]);
}

#[test]
fn several_wishes_appear_as_several_groups_with_their_sentences() {
    let router = router(&sixty());
    let text = "我的快递三天了还没送到，物流也不更新。另外帮我开一张電子發票，抬头写公司";
    let ticket = Ticket { text, ..Ticket::default() };
    let found = router.route(&Routing::default(), &ticket, 3, true);
    let of = |group: &str| found.ranking.iter().take(2).find(|ranked| ranked.skill_group == group).unwrap();
    assert!(of("logistics").sentences[0].text.contains("快递"), "{:?}", found.ranking);
    let invoice = &of("invoice").sentences[0];
    let typed: String = text.chars().skip(invoice.start).take(invoice.end - invoice.start).collect();
    assert_eq!(typed, invoice.text);
    assert!(invoice.text.contains("電子發票") && invoice.confidence >= 0.5);
    let single = Ticket { text: "我的快递三天了还没送到", ..Ticket::default() };
    let found = router.route(&Routing::default(), &single, 3, true);
    assert!(found.ranking.iter().all(|ranked| ranked.sentences.is_empty()));
}

#[test]
fn a_renamed_group_keeps_its_tickets_and_two_become_one() {
    let router = router(&Dataset::new(synthetic(2_000, 3, 3)).unwrap());
    let group = |id: &str, aliases: &[&str]| SkillGroup {
        id: id.to_owned(),
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        promise: format!("{id}会联系您"),
        ..SkillGroup::default()
    };
    let routing =
        Routing { groups: vec![group("售后", &["组1", "组2", "组3"]), group("组0", &[])], ..Routing::default() };
    let renamed = router.of_corpus(&routing, &Smalltalk::default());
    assert_eq!(renamed.labels(), ["售后", "组0"]);
    assert_eq!(renamed.warnings(&routing), Vec::<String>::new());
    let mut routed = 0;
    for row in synthetic(200, 3, 4) {
        let found = route(&renamed, &routing, &row.ticket.text);
        let before = route(&router, &Routing::default(), &row.ticket.text);
        let expected = if before.skill_group == "组0" { "组0" } else { "售后" };
        if before.confidence > 0.5 {
            assert_eq!(found.skill_group, expected, "{}", row.ticket.text);
        }
        let all: f64 = found.ranking.iter().map(|group| group.confidence).sum();
        assert!(found.ranking.len() == 2 && (all - 1.0).abs() < 1e-6, "{:?}", found.ranking);
        assert!(found.confidence >= before.confidence - 1e-9 || found.skill_group != expected);
        // Where the likeliest label is none of the likeliest group, the two disagree and a human decides.
        if before.decision == RouteDecision::Route && found.skill_group == expected {
            assert_eq!(found.decision, RouteDecision::Route, "{}", row.ticket.text);
        }
        if found.decision == RouteDecision::Route {
            routed += 1;
            assert_eq!(found.promise, format!("{}会联系您", found.skill_group));
        }
    }
    assert!(routed > 50, "{routed}");
}

#[test]
fn a_group_may_promise_more_or_be_refused() {
    let router = router(&Dataset::new(synthetic(2_000, 2, 3)).unwrap());
    let fresh = synthetic(1_000, 2, 4);
    let groups = |precision| Routing {
        groups: vec![SkillGroup { id: "组1".to_owned(), precision, ..SkillGroup::default() }],
        ..Routing::default()
    };
    let routed = |routing: &Routing| {
        let router = router.of_corpus(routing, &Smalltalk::default());
        let all = fresh.iter().map(|row| (row, route(&router, routing, &row.ticket.text)));
        let own = all.filter(|(_, found)| found.skill_group == "组1" && found.decision == RouteDecision::Route);
        own.map(|(row, _)| row.label == "组1").collect::<Vec<bool>>()
    };
    let usual = routed(&groups(None));
    let strict = routed(&groups(Some(980)));
    assert!(usual.len() > 100 && strict.len() <= usual.len(), "{} and {}", usual.len(), strict.len());
    let right = strict.iter().filter(|right| **right).count();
    assert!(right * 1_000 >= strict.len() * 970, "{right} of {}", strict.len());
    // No evidence of this size proves 99.9 %: nothing is routed, and staff are told.
    assert!(routed(&groups(Some(999))).is_empty());
    assert!(router.warnings(&groups(Some(999))).iter().any(|warning| warning.contains("组1（99.9%）")));
}

#[test]
fn a_model_of_terms_alone_says_so_and_works() {
    let data = sixty();
    let options = TrainOptions { encoder: None, ..TrainOptions::default() };
    let trained = train(&data, &options, &|_, _| ()).unwrap();
    let files = bundle_files(&trained, &options, &data.keys()).unwrap();
    let loaded = read_bundle(&borrowed(&files)).unwrap();
    assert_eq!((loaded.manifest.encoder, loaded.report.encoder), (None, None));
    assert!(!files.iter().any(|(name, _)| name == "meaning.bin"));
    let found = route(&Router::from_files(&borrowed(&files)).unwrap(), &Routing::default(), "发票抬头写错了");
    assert_eq!(found.skill_group, "invoice");
}

/// The files with this one changed, its entry in the manifest and the manifest's own checksum made to agree: what a
/// broken program or somebody who means harm would write.
fn forged(good: &BundleFiles, name: &str, change: &dyn Fn(&mut Vec<u8>)) -> BundleFiles {
    let mut files = good.clone();
    files.iter_mut().filter(|(other, _)| other == name).for_each(|(_, bytes)| change(bytes));
    let entry = |(name, bytes): &(String, Vec<u8>)| serde_json::json!({"name": name, "bytes": bytes.len(), "blake3": blake3::hash(bytes).to_hex().to_string()});
    let mut manifest: serde_json::Value = serde_json::from_slice(&files[0].1).unwrap();
    manifest["files"] = files.iter().skip(1).map(entry).collect();
    let sealed = |manifest: &mut serde_json::Value, digits: String| {
        manifest["checksum"] = digits.into();
        [serde_json::to_vec_pretty(manifest).unwrap(), b"\n".to_vec()].concat()
    };
    let blank = sealed(&mut manifest, "0".repeat(64));
    files[0].1 = sealed(&mut manifest, blake3::hash(&blank).to_hex().to_string());
    files
}

/// The same for a change of JSON.
fn forged_json(good: &BundleFiles, name: &str, change: &dyn Fn(&mut serde_json::Value)) -> BundleFiles {
    forged(good, name, &|bytes| {
        let mut value: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        change(&mut value);
        *bytes = serde_json::to_vec_pretty(&value).unwrap();
    })
}

/// A file of a bundle, what is done to it and what is said of it.
type DamagedBytes<'a> = (&'a str, &'a dyn Fn(&mut Vec<u8>), &'a str);
type DamagedJson<'a> = (&'a str, &'a dyn Fn(&mut serde_json::Value), &'a str);

#[test]
fn refuses_bundles_whose_values_make_no_sense_though_every_checksum_agrees() {
    let good = files(&sixty());
    let refused = |files: &BundleFiles| read_bundle(&borrowed(files)).map(|_| "loaded").unwrap_err().to_string();
    let nan = |at: usize| move |bytes: &mut Vec<u8>| bytes[at..at + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    let infinite =
        |at: usize| move |bytes: &mut Vec<u8>| bytes[at..at + 4].copy_from_slice(&f32::INFINITY.to_le_bytes());
    let groups = 4;
    let idf = |bytes: &mut Vec<u8>| {
        let at = bytes.len() - 4;
        nan(at)(bytes);
    };
    let sure = |bytes: &mut Vec<u8>| bytes[..4].copy_from_slice(&2.0_f32.to_le_bytes());
    let rows: [DamagedBytes<'_>; 11] = [
        ("weights.bin", &nan(0), "size of a weight's step"),
        ("weights.bin", &infinite(4 * groups), "bias"),
        ("vocabulary.bin", &idf, "inverse document frequency"),
        ("vocabulary.bin", &|bytes| bytes[..16].rotate_left(8), "vocabulary keys"),
        ("meaning.bin", &nan(0), "mean or centre"),
        ("evidence.bin", &sure, "out-of-fold confidence (0 to 1) makes no sense: 2"),
        ("evidence.bin", &|bytes| bytes[4..6].fill(9), "group of an out-of-fold guess"),
        ("evidence.bin", &|bytes| bytes.truncate(bytes.len() - 1), "evidence does not fit"),
        ("rows.bin", &|bytes| bytes[..16].rotate_left(8), "row keys"),
        ("rows.bin", &|bytes| bytes.push(0), "row keys does not fit"),
        ("weights.bin", &|bytes| bytes.truncate(bytes.len() - 2), "weights does not fit"),
    ];
    for (name, change, expected) in rows {
        let error = refused(&forged(&good, name, change));
        assert!(error.contains(expected), "{name}: {error}");
    }
    let rows: [DamagedJson<'_>; 9] = [
        ("calibration.json", &|json| json["prior"][0] = 1_000.into(), "share of a group"),
        (
            "calibration.json",
            &|json| json["prior"] = serde_json::json!([0.5, 0.5, 0.5, 0.5]),
            "sum of the groups' shares",
        ),
        ("calibration.json", &|json| json["policy"]["route_at"] = 7.into(), "promise or routing threshold"),
        ("calibration.json", &|json| json["policy"]["shortlist_at"][1] = (-1).into(), "shortlist threshold"),
        (
            "calibration.json",
            &|json| json["policy"]["shortlist_own"] = serde_json::json!([]),
            "shortlist thresholds of",
        ),
        (
            "calibration.json",
            &|json| json["calibration"]["curve"] = serde_json::json!([[1, 2], [0, 1]]),
            "calibration curve",
        ),
        (
            "manifest.json",
            &|json| json["labels"] = serde_json::json!(["b", "a", "c", "d"]),
            "labels (sorted, each once)",
        ),
        (
            "manifest.json",
            &|json| json["labels"] = serde_json::json!(["a", "a", "c", "d"]),
            "labels (sorted, each once)",
        ),
        // 12 times this is a small number in a machine that wraps.
        ("manifest.json", &|json| json["terms"] = (1_u64 << 62).into(), "vocabulary does not fit"),
    ];
    for (name, change, expected) in rows {
        let error = refused(&forged_json(&good, name, change));
        assert!(error.contains(expected), "{name}: {error}");
    }
    assert!(read_bundle(&borrowed(&forged(&good, "none", &|_| ()))).is_ok(), "the forger seals as the program does");
}

#[test]
fn every_damaged_bit_of_a_manifest_is_noticed() {
    let good = files(&sixty());
    for at in 0..good[0].1.len() {
        let mut damaged = good.clone();
        damaged[0].1[at] ^= 1 << (at % 8);
        assert!(read_bundle(&borrowed(&damaged)).is_err(), "byte {at}");
    }
    let mut longer = good.clone();
    longer[0].1.push(b'\n');
    assert!(read_bundle(&borrowed(&longer)).is_err(), "even a blank at the end");
}

#[test]
fn what_is_no_plain_file_is_not_opened() {
    let folder = tempfile::tempdir().unwrap();
    let files = files(&sixty());
    let model = folder.path().join("model");
    install_bundle(&files, &model).unwrap();
    std::fs::remove_file(model.join("weights.bin")).unwrap();
    // A socket stands for everything that is read without an end: pipes, devices.
    let _socket = std::os::unix::net::UnixListener::bind(model.join("weights.bin")).unwrap();
    assert!(matches!(load_bundle(&model), Err(BundleError::NotAFile(file)) if file.ends_with("weights.bin")));
    std::fs::remove_file(model.join("weights.bin")).unwrap();
    std::fs::write(model.join("weights.bin"), b"short").unwrap();
    assert!(matches!(load_bundle(&model), Err(BundleError::Length { found: 5, .. })));
    let elsewhere = String::from_utf8(files[0].1.clone()).unwrap().replacen("rows.bin", "../rows.bin", 1);
    std::fs::write(model.join(MANIFEST), elsewhere).unwrap();
    let error = load_bundle(&model).unwrap_err().to_string();
    assert!(error.contains("file name makes no sense: ../rows.bin"), "{error}");
}

#[test]
fn a_replacement_cut_short_lets_no_worse_model_in() {
    let folder = tempfile::tempdir().unwrap();
    let tickets = folder.path().join("fresh.jsonl");
    let fresh = synthetic(200, 1, 13);
    let line = |row: &TicketRow| serde_json::json!({"text": row.ticket.text, "label": row.label}).to_string() + "\n";
    std::fs::write(&tickets, fresh.iter().map(line).collect::<String>()).unwrap();
    let [good, poor] = [synthetic(600, 1, 11), synthetic(600, 9, 12)].map(|rows| files(&Dataset::new(rows).unwrap()));
    let [live, candidate] = ["live", "candidate"].map(|name| folder.path().join(name));
    install_bundle(&good, &live).unwrap();
    install_bundle(&poor, &candidate).unwrap();
    // As a kill between the two renames leaves it.
    std::fs::rename(&live, folder.path().join(".live.previous")).unwrap();
    let version = |dir: &Path| load_bundle(dir).unwrap().version;
    let before = version(&live);
    assert_eq!(before, read_bundle(&borrowed(&good)).unwrap().version, "a start finds the former model");
    let promote = std::process::Command::new(env!("CARGO_BIN_EXE_yingda"))
        .arg("promote")
        .args([Path::new("--candidate"), &candidate, Path::new("--current"), &live, Path::new("--tickets"), &tickets])
        .output()
        .unwrap();
    let said = String::from_utf8(promote.stdout).unwrap();
    assert_eq!(promote.status.code(), Some(1), "{said}");
    assert!(said.contains("已恢复原来的模型") && said.contains("未替换：候选模型明显更差"), "{said}");
    assert_eq!(version(&live), before);
}

#[test]
fn a_ticket_that_goes_its_way_names_its_other_matter_too() {
    let router = Router::embedded().unwrap();
    let text = "发票抬头开错了，请帮我重新开一张。另外快递三天没动了，麻烦催一下物流。";
    let found = router.route(&Routing::default(), &Ticket { text, ..Ticket::default() }, 3, false);
    assert_eq!((found.decision, found.skill_group.as_str()), (RouteDecision::Route, "invoice"));
    assert_eq!(found.ranking[0].sentences[0].text, "发票抬头开错了，请帮我重新开一张");
    assert_eq!(found.ranking[1].skill_group, "logistics");
    assert_eq!(found.ranking[1].sentences[0].text, "另外快递三天没动了，麻烦催一下物流");
}

#[test]
fn of_a_mail_only_what_is_new_counts_and_places_are_those_of_the_mail() {
    let router = router(&sixty());
    let routing = routing(Vec::new());
    let new = "发票抬头写错了，请重开";
    let mail =
        format!("客服：\n{new}\n\n祝好\n\n---- 原始邮件 ----\n发件人: 某店 <a@shop.example>\n快递还没到，我要投诉");
    let (alone, whole) = (route(&router, &routing, new), route(&router, &routing, &mail));
    assert_eq!((&alone.skill_group, alone.decision), (&whole.skill_group, whole.decision));
    assert_eq!((alone.complaint.to_bits(), alone.left_out.len()), (whole.complaint.to_bits(), 0));
    assert!(whole.left_out.len() >= 2, "{:?}", whole.left_out);
    let sent: Vec<char> = mail.chars().collect();
    let places = whole.explanation.iter().flat_map(|line| line.places.iter().map(move |place| (&line.term, place)));
    for (term, place) in places.filter(|(term, _)| term.chars().all(yingda::is_han)) {
        let there: String = sent[place.start..place.end].iter().collect();
        assert_eq!(&there, term, "{place:?}");
    }
}

#[test]
fn a_ticket_that_asks_for_nothing_is_reviewed() {
    let router = router(&sixty());
    for text in ["你好", "好的谢谢", "发货很快，非常满意，五星好评", "自动回复：本人正在休假"]
    {
        let found = route(&router, &Routing::default(), text);
        assert_eq!(found.decision, RouteDecision::Review, "{text}");
        assert!(found.complaint < 0.5, "{text}: {}", found.complaint);
    }
}
