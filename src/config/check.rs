//! Raw → checked: reads every text as its type and collects what does not fit.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::keys::KEYS;
use super::raw::{RawConfig, RawKnowledgeBase};
use super::{Config, DEFAULT_KB, KnowledgeBaseFiles, Limits, Log, LogLevel, Problem, RateLimit, api_keys};
use crate::encoder::EncoderKind;
use crate::policy::PolicySettings;

impl Config {
    /// Checks everything the operator wrote.
    ///
    /// # Errors
    /// Every problem, sorted by key path.
    pub fn check(raw: RawConfig) -> Result<Self, Vec<Problem>> {
        let mut reader = Reader { problems: raw.problems.clone(), raw: &raw };
        let config = reader.config();
        let mut problems = reader.problems;
        if problems.is_empty() {
            return Ok(config);
        }
        problems.sort();
        Err(problems)
    }
}

/// Reads settings; a bad value is noted and replaced by its default so that reading can go on.
struct Reader<'a> {
    raw: &'a RawConfig,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn config(&mut self) -> Config {
        let listen = self.parsed::<SocketAddr>("listen", "应为 IP:端口，例如 127.0.0.1:8080");
        let knowledge_bases = self.knowledge_bases();
        let keys = api_keys::check(&self.raw.keys, &knowledge_bases, &mut self.problems);
        if self.raw.keys.is_empty() && !listen.ip().is_loopback() {
            let message = "未配置任何密钥（[[key]]）时只能监听本机地址，例如 127.0.0.1:8080";
            self.refuse("listen", message);
        }
        Config {
            listen,
            time_zone: self
                .read("time_zone", "应为 IANA 时区名，例如 Asia/Shanghai", |text| TimeZone::get(text).ok()),
            workers: self.workers(),
            log: self.log(),
            limits: self.limits(),
            request_timeout: self.milliseconds("request_timeout_ms", 1..=600_000),
            max_in_flight: NonZeroUsize::new(self.number("max_in_flight", 1..=1_000_000)).unwrap_or(NonZeroUsize::MIN),
            queue_wait: self.milliseconds("queue_wait_ms", 0..=60_000),
            shutdown_grace: self.milliseconds("shutdown_grace_ms", 0..=600_000),
            rate_limit: self.rate_limit(),
            cors_origins: self.origins(),
            metrics_public: self.metrics_public(listen),
            keys,
            data: self.state_directory(),
            data_given: self.raw.settings.contains_key("data"),
            max_lost: self.target("max_lost", 0.0..=1.0),
            knowledge_bases,
            policy: self.policy(),
            encoder: self.encoder(),
        }
    }

    fn limits(&mut self) -> Limits {
        const LARGEST_BODY: usize = 256 << 20;
        Limits {
            body_bytes: self.number("limits.body_bytes", 1_024..=LARGEST_BODY),
            ticket_body_bytes: self.number("limits.ticket_body_bytes", 1_024..=LARGEST_BODY),
            batch_body_bytes: self.number("limits.batch_body_bytes", 1_024..=LARGEST_BODY),
            question_chars: self.number("limits.question_chars", 1..=10_000),
            ticket_chars: self.number("limits.ticket_chars", 1..=1_000_000),
            batch_tickets: self.number("limits.batch_tickets", 1..=100_000),
        }
    }

    fn log(&mut self) -> Log {
        let json = self.read("log.format", "应为 text 或 json", |text| match text {
            "text" => Some(false),
            "json" => Some(true),
            _ => None,
        });
        let level = self.read("log.level", "应为 error、warn、info、debug 或 trace", |text| match text {
            "error" => Some(LogLevel::Error),
            "warn" => Some(LogLevel::Warn),
            "info" => Some(LogLevel::Info),
            "debug" => Some(LogLevel::Debug),
            "trace" => Some(LogLevel::Trace),
            _ => None,
        });
        Log { json, level }
    }

    fn workers(&mut self) -> NonZeroUsize {
        let cores = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        NonZeroUsize::new(self.number("workers", 0..=1_024)).unwrap_or(cores)
    }

    fn rate_limit(&mut self) -> Option<RateLimit> {
        let per_second = self.number("rate_limit.per_second", 0..=1_000_000_000u32);
        let burst = self.number("rate_limit.burst", 1..=1_000_000_000u32);
        Some(RateLimit { per_second: NonZeroU32::new(per_second)?, burst: NonZeroU32::new(burst)? })
    }

    fn origins(&mut self) -> Vec<String> {
        let hint = "应为网页来源的列表，例如 [\"https://www.example.com\"]（协议与主机，不带路径）";
        self.read("cors.origins", hint, |text| {
            let origins = text.split(',').map(str::trim).filter(|origin| !origin.is_empty());
            origins.map(|origin| is_origin(origin).then(|| origin.to_owned())).collect()
        })
    }

    fn metrics_public(&mut self, listen: SocketAddr) -> bool {
        self.read("metrics_public", "应为 true、false 或 auto", |text| match text {
            "auto" => Some(listen.ip().is_loopback()),
            _ => text.parse().ok(),
        })
    }

    fn policy(&mut self) -> PolicySettings {
        let answer = self.share("answer_threshold");
        let suggest = self.share("suggest_threshold");
        if let (Some(above), Some(below)) = (answer, suggest)
            && below > above
        {
            self.refuse("suggest_threshold", "不能大于 answer_threshold");
        }
        PolicySettings {
            target_precision: self.target("target_precision", 0.5..=0.999),
            suggest_target: self.target("suggest_target", 0.05..=0.99),
            answer_threshold: answer,
            suggest_threshold: suggest,
        }
    }

    fn encoder(&mut self) -> EncoderKind {
        self.read("encoder", "应为 standard 或 accurate", EncoderKind::named)
    }

    fn target(&mut self, path: &'static str, range: RangeInclusive<f64>) -> f64 {
        let hint = format!("应为 {} 到 {} 之间的小数", range.start(), range.end());
        self.read(path, &hint, |text| text.parse().ok().filter(|share| range.contains(share)))
    }

    fn share(&mut self, path: &'static str) -> Option<f64> {
        self.read(path, "应为 0 到 1 之间的小数", |text| match text {
            "" => Some(None),
            _ => text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(Some),
        })
    }

    fn state_directory(&mut self) -> Option<PathBuf> {
        self.read("data", "应为目录（不存在时会自动创建）或 none，这里是一个文件", |text| {
            let path = (!text.is_empty() && text != "none").then(|| PathBuf::from(text));
            path.as_ref().is_none_or(|path| !path.is_file()).then_some(path)
        })
    }

    fn knowledge_bases(&mut self) -> BTreeMap<String, KnowledgeBaseFiles> {
        let raw = self.raw;
        let default = KnowledgeBaseFiles {
            corpus: self.read("corpus", "应为已存在的目录", existing_directory),
            model: self.read("model", "应为已存在的目录", existing_directory),
        };
        let mut bases = BTreeMap::from([(DEFAULT_KB.to_owned(), default)]);
        for (name, base) in &raw.knowledge_bases {
            let key = format!("kb.{name}");
            if name == DEFAULT_KB {
                self.problems.push(Problem::new(key, "默认知识库请用顶层的 corpus 与 model 配置"));
            } else if !is_name(name) {
                self.problems.push(Problem::new(key, "名称只能用小写字母、数字、- 和 _，最长 64 个字符"));
            } else {
                bases.insert(name.clone(), self.knowledge_base(&key, base));
            }
        }
        bases
    }

    fn knowledge_base(&mut self, key: &str, raw: &RawKnowledgeBase) -> KnowledgeBaseFiles {
        let mut directory = |field: &str, path: &Option<String>| {
            let found = existing_directory(path.as_deref().unwrap_or_default());
            if found.is_none() {
                self.problems.push(Problem::new(format!("{key}.{field}"), "应为已存在的目录"));
            }
            found.flatten()
        };
        let files =
            KnowledgeBaseFiles { corpus: directory("corpus", &raw.corpus), model: directory("model", &raw.model) };
        if raw.corpus.is_none() {
            self.problems.push(Problem::new(format!("{key}.corpus"), "缺少语料目录"));
        }
        files
    }

    fn milliseconds(&mut self, path: &'static str, range: RangeInclusive<u64>) -> Duration {
        Duration::from_millis(self.number(path, range))
    }

    fn number<T>(&mut self, path: &'static str, range: RangeInclusive<T>) -> T
    where
        T: FromStr + PartialOrd + std::fmt::Display,
    {
        let hint = format!("应为 {} 到 {} 之间的整数", range.start(), range.end());
        self.read(path, &hint, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    fn parsed<T: FromStr>(&mut self, path: &'static str, hint: &str) -> T {
        self.read(path, hint, |text| text.parse().ok())
    }

    /// Reads one setting; a value that `parse` refuses is noted with the hint and replaced by the default.
    fn read<T>(&mut self, path: &'static str, hint: &str, parse: impl Fn(&str) -> Option<T>) -> T {
        if let Some(setting) = self.raw.settings.get(path) {
            if let Some(value) = parse(setting.text.trim()) {
                return value;
            }
            let message = format!("{hint}，得到的是 {:?}", setting.text);
            self.refuse(path, &message);
        }
        let default = KEYS.iter().find(|key| key.path == path).map_or("", |key| key.default);
        let Some(value) = parse(default) else { unreachable!("the default of {path} is tested to be right") };
        value
    }

    fn refuse(&mut self, path: &'static str, message: &str) {
        let origin = self.raw.settings.get(path).map_or("", |setting| setting.origin.as_str());
        let key = if origin.is_empty() { path.to_owned() } else { format!("{path} ({origin})") };
        self.problems.push(Problem::new(key, message));
    }
}

fn existing_directory(text: &str) -> Option<Option<PathBuf>> {
    let path = (!text.is_empty()).then(|| PathBuf::from(text));
    path.as_ref().is_none_or(|path| path.is_dir()).then_some(path)
}

/// Names stand in URLs and directory names.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(fits)
}

fn is_origin(origin: &str) -> bool {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    let fits = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    host.is_some_and(|host| !host.is_empty() && host.chars().all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::sample;

    fn problems(toml: &str) -> Vec<String> {
        match Config::check(RawConfig::from_toml(toml)) {
            Ok(_) => Vec::new(),
            Err(problems) => problems.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn nothing_written_is_complete() {
        let config = Config::check(RawConfig::default()).unwrap();
        assert_eq!(config.listen, "127.0.0.1:8080".parse().unwrap());
        assert_eq!(config.limits.question_chars, 500);
        assert!(config.metrics_public && config.keys.is_empty());
        assert_eq!(config.policy, PolicySettings::default());
    }

    #[test]
    fn every_key_of_the_table_is_read_and_refused_by_its_path() {
        let mut raw = RawConfig::default();
        for key in KEYS.iter().filter(|key| key.path != "data") {
            raw.settings.insert(key.path, super::super::raw::Setting { text: "\u{1}".into(), origin: String::new() });
        }
        let found: Vec<String> = Config::check(raw).unwrap_err().into_iter().map(|problem| problem.key).collect();
        for key in KEYS.iter().filter(|key| key.path != "data") {
            assert!(found.iter().any(|path| path == key.path), "{} is not read", key.path);
        }
    }

    #[test]
    fn all_problems_come_at_once() {
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
            kb.phone = { model = "nowhere" }
            limits = { body_bytes = "big" }
            cors = { origins = ["www.example.com/shop"] }
            "#,
        );
        insta::assert_snapshot!(found.join("\n"), @r#"
        cors.origins: 应为网页来源的列表，例如 ["https://www.example.com"]（协议与主机，不带路径），得到的是 "www.example.com/shop"
        kb.Phone: 名称只能用小写字母、数字、- 和 _，最长 64 个字符
        kb.phone.corpus: 缺少语料目录
        kb.phone.model: 应为已存在的目录
        limits.body_bytes: 应为 1024 到 268435456 之间的整数，得到的是 "big"
        listen: 未配置任何密钥（[[key]]）时只能监听本机地址，例如 127.0.0.1:8080
        max_in_flight: 应为 1 到 1000000 之间的整数，得到的是 "0"
        suggest_target: 应为 0.05 到 0.99 之间的小数，得到的是 "half"
        suggest_threshold: 不能大于 answer_threshold
        target_precision: 应为 0.5 到 0.999 之间的小数，得到的是 "1"
        woker: 没有这个配置项，是不是 workers？
        "#);
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
        assert!(!config.metrics_public);
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
        for key in KEYS {
            let name = key.path.split('.').next_back().unwrap();
            assert!(on.iter().any(|line| line.starts_with(name)), "{} is not in the sample", key.path);
        }
    }

    fn is_key(text: &str) -> bool {
        text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    }
}
