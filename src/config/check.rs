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
use super::raw::{RawConfig, RawKey, RawKnowledgeBase};
use super::{
    ApiKey, Config, DEFAULT_KB, KnowledgeBaseFiles, Limits, Log, LogLevel, Problem, RateLimit, Role, Thresholds,
};

/// Shortest secret accepted, in bytes: shorter ones can be guessed over the network.
const SHORTEST_SECRET: usize = 16;

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
        let keys = self.keys(&knowledge_bases);
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
            knowledge_bases,
            thresholds: self.thresholds(),
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

    fn thresholds(&mut self) -> Thresholds {
        let answer = self.share("answer_threshold");
        let suggest = self.share("suggest_threshold");
        if let (Some(above), Some(below)) = (answer, suggest)
            && below > above
        {
            self.refuse("suggest_threshold", "不能大于 answer_threshold");
        }
        Thresholds { answer, suggest }
    }

    fn share(&mut self, path: &'static str) -> Option<f64> {
        self.read(path, "应为 0 到 1 之间的小数", |text| match text {
            "" => Some(None),
            _ => text.parse().ok().filter(|share| (0.0..=1.0).contains(share)).map(Some),
        })
    }

    fn state_directory(&mut self) -> Option<PathBuf> {
        self.read("data", "应为目录（不存在时会自动创建），这里是一个文件", |text| {
            let path = (!text.is_empty()).then(|| PathBuf::from(text));
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

    fn keys(&mut self, bases: &BTreeMap<String, KnowledgeBaseFiles>) -> Vec<ApiKey> {
        let raw = self.raw;
        let mut keys: Vec<ApiKey> = Vec::new();
        for (index, written) in raw.keys.iter().enumerate() {
            let place = format!("key[{index}]");
            let mut refuse = |field: &str, message: String| {
                self.problems.push(Problem::new(format!("{place}.{field}"), message));
            };
            if written.name.is_empty() || written.name.chars().count() > 64 {
                refuse("name", "需要 1 到 64 个字符的名称，日志和限流按它区分".to_owned());
            }
            if keys.iter().any(|key| key.name == written.name) {
                refuse("name", format!("名称 {} 重复", written.name));
            }
            for unknown in written.kb.iter().flatten().filter(|name| !bases.contains_key(*name)) {
                refuse("kb", format!("没有名为 {unknown} 的知识库"));
            }
            let role = role(&written.role);
            if role.is_none() {
                refuse("role", "应为 frontend、ticketing 或 staff".to_owned());
            }
            let hash = hash(written).map_err(|(field, message)| refuse(field, message)).ok();
            let (Some(role), Some(hash)) = (role, hash) else { continue };
            if keys.iter().any(|key| key.hash == hash) {
                refuse("secret", "与另一个密钥相同".to_owned());
            }
            keys.push(ApiKey { name: written.name.clone(), role, hash, knowledge_bases: written.kb.clone() });
        }
        keys
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

fn role(text: &str) -> Option<Role> {
    match text {
        "frontend" => Some(Role::Frontend),
        "ticketing" => Some(Role::Ticketing),
        "staff" => Some(Role::Staff),
        _ => None,
    }
}

/// The hash of a key, given directly or through its secret; field and message otherwise.
fn hash(key: &RawKey) -> Result<[u8; 32], (&'static str, String)> {
    match (&key.blake3, &key.secret, &key.secret_file) {
        (Some(hex), None, None) => blake3::Hash::from_hex(hex)
            .map(Into::into)
            .map_err(|_| ("blake3", "应为 64 位十六进制的 BLAKE3，可用 printf %s 密钥 | b3sum 得到".to_owned())),
        (None, Some(secret), None) => hash_secret("secret", secret),
        (None, None, Some(file)) => match std::fs::read_to_string(file) {
            Ok(secret) => hash_secret("secret_file", secret.trim()),
            Err(error) => Err(("secret_file", format!("无法读取 {file}：{error}"))),
        },
        _ => Err(("secret", "blake3、secret、secret_file 三项必须且只能填一项".to_owned())),
    }
}

fn hash_secret(field: &'static str, secret: &str) -> Result<[u8; 32], (&'static str, String)> {
    if secret.len() < SHORTEST_SECRET {
        return Err((field, format!("密钥太短，至少 {SHORTEST_SECRET} 个字符")));
    }
    Ok(blake3::hash(secret.as_bytes()).into())
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
        assert_eq!(config.thresholds, Thresholds::default());
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
            kb.Phone = { corpus = "nowhere" }
            kb.phone = { model = "nowhere" }
            limits = { body_bytes = "big" }
            cors = { origins = ["www.example.com/shop"] }
            "#,
        );
        insta::assert_snapshot!(found.join("\n"), @"");
    }

    #[test]
    fn keys_are_checked_one_by_one() {
        let found = problems(
            r#"
            [[key]]
            name = "web"
            role = "boss"
            secret = "long enough to be a secret"
            [[key]]
            name = "desk"
            role = "staff"
            secret = "short"
            [[key]]
            name = "desk"
            role = "staff"
            blake3 = "12"
            secret = "long enough to be a secret"
            [[key]]
            name = "far"
            role = "ticketing"
            secret = "long enough to be a secret"
            kb = ["moon"]
            "#,
        );
        insta::assert_snapshot!(found.join("\n"), @"");
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
