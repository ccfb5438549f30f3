//! The configuration as a whole: complete when nothing is written, every mistake named when much is.

use super::catalogue::keys;
use super::section::Key;
use super::written::{Origin, Setting};
use super::*;
use crate::policy::PolicySettings;

fn problems(toml: &str) -> Vec<String> {
    match Config::check(RawConfig::from_toml(toml)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn nothing_written_is_complete() {
    let config = Config::check(RawConfig::default()).unwrap();
    assert_eq!(config.server.listen, "127.0.0.1:8080".parse().unwrap());
    assert_eq!(config.limits.question_chars, 500);
    assert!(config.server.metrics_are_public() && config.keys.is_empty());
    assert_eq!(config.storage.data.as_deref(), Some(std::path::Path::new("yingda-data")));
    assert!(!config.data_given);
    let base = &config.knowledge_bases[DEFAULT_KB];
    assert_eq!((base.answering.policy(), &base.places.corpus), (PolicySettings::default(), &None));
    let kept =
        |toml: &str| Config::check(RawConfig::from_toml(toml)).map(|config| (config.storage.data, config.data_given));
    assert_eq!(kept("data = 'none'").unwrap(), (None, true));
}

#[test]
fn every_key_is_read_and_refused_by_its_path() {
    let mut raw = RawConfig::default();
    let anything_goes = |key: &Key| key.path() == "data";
    for key in keys().filter(|key| !anything_goes(key)) {
        let origin = Origin::Given(format!("--{}", key.flag()));
        raw.settings.insert(key.path(), Setting { text: "\u{1}".into(), origin });
    }
    let found: Vec<String> = Config::check(raw).unwrap_err().into_iter().map(|problem| problem.key).collect();
    for key in keys().filter(|key| !anything_goes(key)) {
        assert!(found.contains(&key.path()), "{} is not read", key.path());
    }
}

#[test]
fn all_problems_come_at_once_with_their_lines() {
    let found = problems(
        r#"
listen = "0.0.0.0:80"
woker = 3
max_in_flight = 0
answer_threshold = 0.2
suggest_threshold = 0.9
target_precision = 1.0
suggest_target = "half"
kb.Phone = { corpus = "nowhere" }
kb.phone = { model = "nowhere", targetprecision = 0.9 }
limits = { body_bytes = "big" }
cors = { origins = ["www.example.com/shop"] }
"#,
    );
    insta::assert_snapshot!(found.join("\n"), @r#"
    cors.origins (第 12 行): 应为网页来源的列表，例如 ["https://www.example.com"]（协议与主机，不带路径），得到的是 "www.example.com/shop"
    kb.Phone (第 9 行): 名称只能用小写字母、数字、- 和 _，最长 64 个字符
    kb.phone.corpus (第 10 行): 缺少语料目录
    kb.phone.model (第 10 行): 应为已存在的目录，得到的是 "nowhere"
    kb.phone.targetprecision (第 10 行): 没有这个配置项，是不是 kb.phone.target_precision？
    limits.body_bytes (第 11 行): 应为 1024 到 268435456 之间的整数，得到的是 "big"
    listen (第 2 行): 未配置任何密钥（[[key]]）时只能监听本机地址，例如 127.0.0.1:8080
    max_in_flight (第 4 行): 应为 1 到 1000000 之间的整数，得到的是 "0"
    suggest_target (第 8 行): 应为 0.05 到 0.99 之间的小数，得到的是 "half"
    suggest_threshold (第 6 行): 不能大于 answer_threshold
    target_precision (第 7 行): 应为 0.5 到 0.999 之间的小数，得到的是 "1.0"
    woker (第 3 行): 没有这个配置项，是不是 workers？
    "#);
}

#[test]
fn a_knowledge_base_answers_as_the_top_says_unless_it_says_otherwise() {
    let dir = tempfile::tempdir().unwrap();
    let corpus = dir.path().display();
    let toml = format!(
        "target_precision = 0.9\ntime_zone = 'Asia/Tokyo'\nmodel = '{corpus}'\n\
         [kb.phone]\ncorpus = '{corpus}'\ntarget_precision = 0.97\nencoder = 'accurate'\n[kb.plain]\ncorpus = '{corpus}'\n"
    );
    let config = Config::check(RawConfig::from_toml(&toml)).unwrap();
    let of = |name: &str| {
        let KnowledgeBaseSettings { places, answering } = &config.knowledge_bases[name];
        let zone = answering.time_zone.iana_name().unwrap().to_owned();
        (answering.target_precision, zone, answering.encoder.name(), places.model.is_some())
    };
    assert_eq!(of("default"), (0.9, "Asia/Tokyo".to_owned(), "standard", true));
    assert_eq!(of("phone"), (0.97, "Asia/Tokyo".to_owned(), "accurate", false)); // a model is not inherited
    assert_eq!(of("plain"), (0.9, "Asia/Tokyo".to_owned(), "standard", false));
    // A mistake at the top is named once, however many knowledge bases it reaches.
    let broken = problems(&toml.replace("'Asia/Tokyo'", "'Asia/Nowhere'"));
    assert_eq!(broken.len(), 1, "{broken:?}");
}

#[test]
fn a_key_opens_other_addresses_and_closes_the_metrics() {
    let raw = RawConfig::from_toml(
        r#"
        listen = "0.0.0.0:8080"
        [[key]]
        name = "desk"
        role = "staff"
        secret = "long enough to be a secret"
        "#,
    );
    let config = Config::check(raw).unwrap();
    assert_eq!(config.keys[0].hash, *blake3::hash(b"long enough to be a secret").as_bytes());
    assert!(!config.server.metrics_are_public());
}

#[test]
fn the_sample_is_valid_as_printed_and_with_every_line_switched_on() {
    let sample = sample();
    assert_eq!(problems(&sample), Vec::<String>::new());
    let on: Vec<&str> = sample.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect();
    let on: Vec<&str> = on
        .into_iter()
        .filter(|line| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| is_key(key)))
        .collect();
    let found = problems(&on.join("\n"));
    // The sample names a secret file and folders that do not exist here; nothing else may be wrong.
    let unexpected: Vec<&String> =
        found.iter().filter(|line| !line.contains("secret_file") && !line.contains("kb.phone.")).collect();
    assert_eq!(unexpected, Vec::<&String>::new());
    for key in keys() {
        assert!(on.iter().any(|line| line.starts_with(key.name)), "{} is not in the sample", key.path());
    }
}

fn is_key(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

#[test]
fn a_file_is_named_with_its_lines() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("yingda.toml");
    std::fs::write(&path, "workers = 1\nmax_in_flight = 'many'\n").unwrap();
    let found = Config::check(RawConfig::from_file(&path)).unwrap_err();
    assert_eq!(found[0].at, format!("{}:2", path.display()));
    let missing = Config::check(RawConfig::from_file(&dir.path().join("none.toml"))).unwrap_err();
    assert!(missing[0].to_string().starts_with("config: 无法读取配置文件"), "{missing:?}");
}
