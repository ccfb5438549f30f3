//! The configuration as written: file, environment and flags laid over each other, nothing judged but the shape.
//!
//! Values stay text until the sections read them, so that one start reports every mistake at once, with its place.

use std::path::Path;

use rapidfuzz::distance::damerau_levenshtein;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::catalogue::{KEY_FIELDS, keys, own_keys};
use super::flags::Flags;
use super::section::Key;
use super::written::{Origin, Problem, RawConfig, Setting};

/// Edits within which a known name is offered for an unknown one.
const MAX_EDITS: usize = 3;

impl RawConfig {
    /// Reads a TOML file. Trouble with it becomes problems of the result.
    #[must_use]
    pub fn from_file(path: &Path) -> Self {
        let file = path.display().to_string();
        match std::fs::read_to_string(path) {
            Ok(text) => Self::read(&text, file),
            Err(error) => Self {
                problems: vec![Problem::new("config", format!("无法读取配置文件 {file}：{error}"))],
                ..Self::default()
            },
        }
    }

    /// Reads TOML text. Trouble with it becomes problems of the result.
    #[must_use]
    pub fn from_toml(text: &str) -> Self {
        Self::read(text, String::new())
    }

    /// Everything this process was given: a file, flags with their variables, and what else is in the environment.
    #[must_use]
    pub fn of(file: Option<&Path>, flags: Flags) -> Self {
        let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        file.map(Self::from_file).unwrap_or_default().overlaid(flags).beside_variables(names)
    }

    /// Lays flags and environment over the file.
    #[must_use]
    pub fn overlaid(mut self, flags: Flags) -> Self {
        self.settings.extend(flags.settings);
        self
    }

    /// Notes variables that begin like ours and are none. Those that Kubernetes sets for a service called `yingda` are
    /// nobody's mistake.
    #[must_use]
    pub fn beside_variables(mut self, names: impl Iterator<Item = String>) -> Self {
        let known: Vec<String> = keys().map(Key::variable).chain(["YINGDA_CONFIG".to_owned()]).collect();
        for name in names.filter(|name| name.starts_with("YINGDA_")) {
            if !known.contains(&name) && !is_service_link(&name) {
                let message = unknown("环境变量", &name, known.iter().map(String::as_str));
                self.problems.push(Problem::new(name, message));
            }
        }
        self
    }

    fn read(text: &str, file: String) -> Self {
        let mut raw = Self { file, ..Self::default() };
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            // The error's own text shows the line, and with it any secret there.
            let line = line_of(text, error.span().map_or(0, |span| span.start));
            let message = format!("不是合法的 TOML：{}", error.message());
            raw.problems.push(Problem { key: "config".to_owned(), at: raw.line(line), message });
        }
        raw.take_table(text, "", table.get_ref());
        raw
    }

    fn take_table(&mut self, text: &str, prefix: &str, table: &DeTable<'_>) {
        for (name, value) in table {
            let name = name.get_ref();
            let path = if prefix.is_empty() { name.to_string() } else { format!("{prefix}.{name}") };
            let line = line_of(text, value.span().start);
            match (path.as_str(), value.get_ref()) {
                ("key", DeValue::Array(items)) => {
                    for (index, item) in items.iter().enumerate() {
                        self.take_repeated(text, &format!("key[{index}]"), item, KEY_FIELDS);
                    }
                }
                ("kb", DeValue::Table(bases)) => {
                    let fields: Vec<&str> = own_keys().map(|key| key.name).collect();
                    for (name, base) in bases {
                        self.take_repeated(text, &format!("kb.{}", name.get_ref()), base, &fields);
                    }
                }
                (_, DeValue::Table(inner)) if keys().any(|key| key.table == path) => {
                    self.take_table(text, &path, inner);
                }
                (_, found) => {
                    let known: Vec<String> = keys().map(Key::path).collect();
                    self.take_scalar(path, line, found, known.iter().map(String::as_str));
                }
            }
        }
    }

    /// One of the tables that may come several times.
    fn take_repeated(&mut self, text: &str, path: &str, table: &Spanned<DeValue<'_>>, fields: &[&str]) {
        let line = line_of(text, table.span().start);
        self.tables.insert(path.to_owned(), line);
        let DeValue::Table(table) = table.get_ref() else {
            let message = format!("应为一张表，这里是 {}", table.get_ref().type_str());
            self.problems.push(Problem { key: path.to_owned(), at: self.line(line), message });
            return;
        };
        for (name, value) in table {
            let line = line_of(text, value.span().start);
            let known = fields.iter().map(|field| format!("{path}.{field}"));
            let known: Vec<String> = known.collect();
            let key = format!("{path}.{}", name.get_ref());
            self.take_scalar(key, line, value.get_ref(), known.iter().map(String::as_str));
        }
    }

    fn take_scalar<'k>(
        &mut self,
        path: String,
        line: usize,
        value: &DeValue<'_>,
        known: impl Iterator<Item = &'k str> + Clone,
    ) {
        let message = if !known.clone().any(|known| known == path) {
            unknown("配置项", &path, known)
        } else if let Some(text) = scalar_text(value) {
            self.settings.insert(path, Setting { text, origin: Origin::File(line) });
            return;
        } else {
            format!("这里不能是 {}", value.type_str())
        };
        self.problems.push(Problem { key: path, at: self.line(line), message });
    }
}

fn line_of(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// Numbers, booleans, dates and text as text; a list of them joined by commas.
fn scalar_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) => {
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        DeValue::Float(number) => Some(number.as_str().to_owned()),
        DeValue::Boolean(yes) => Some(yes.to_string()),
        DeValue::Datetime(moment) => Some(moment.to_string()),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| scalar_text(item.get_ref())).collect();
            Some(texts?.join(","))
        }
        DeValue::Table(_) => None,
    }
}

fn unknown<'k>(what: &str, name: &str, known: impl Iterator<Item = &'k str>) -> String {
    match nearest(name, known) {
        Some(near) => format!("没有这个{what}，是不是 {near}？"),
        None => format!("没有这个{what}，运行 yingda serve --print-config 可查看全部配置"),
    }
}

/// The known name closest to a mistyped one, if it is close at all.
fn nearest<'k>(name: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    let near = known.map(|known| (damerau_levenshtein::distance(name.chars(), known.chars()), known));
    near.min().filter(|(edits, _)| *edits <= MAX_EDITS).map(|(_, known)| known)
}

/// `YINGDA_SERVICE_HOST`, `YINGDA_PORT_8080_TCP_ADDR` and the like.
fn is_service_link(name: &str) -> bool {
    let rest = name.strip_prefix("YINGDA_").unwrap_or(name);
    rest == "PORT" || rest.starts_with("PORT_") || rest.contains("SERVICE_HOST") || rest.contains("SERVICE_PORT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_keys_find_the_right_one() {
        let known: Vec<String> = keys().map(Key::path).collect();
        for (typed, meant) in [
            ("lisen", Some("listen")),                               // a letter dropped
            ("wrokers", Some("workers")),                            // two swapped
            ("limits.question_char", Some("limits.question_chars")), // singular
            ("favourite_colour", None),                              // nothing like it
        ] {
            assert_eq!(nearest(typed, known.iter().map(String::as_str)), meant, "{typed}");
        }
    }

    #[test]
    fn a_file_that_is_not_toml_says_where_and_shows_no_line() {
        let raw = RawConfig::from_toml("workers = 3\nsecret = hunter2hunter2\nlisten = \n");
        let shown: Vec<String> = raw.problems.iter().map(ToString::to_string).collect();
        assert!(shown.iter().any(|problem| problem.starts_with("config (第 2 行): 不是合法的 TOML")), "{shown:?}");
        assert!(shown.iter().any(|problem| problem.contains("第 3 行")), "every syntax error is named: {shown:?}");
        assert!(!shown.concat().contains("hunter2"), "{shown:?}");
        assert_eq!(raw.settings["workers"].text, "3");
    }

    #[test]
    fn variables_that_are_none_are_noted_and_those_of_kubernetes_are_not() {
        let names = ["YINGDA_LISTN", "YINGDA_CONFIG", "YINGDA_LOG_LEVEL", "PATH", "YINGDA_PORT_8080_TCP_ADDR"];
        let raw = RawConfig::default().beside_variables(names.into_iter().map(str::to_owned));
        let shown: Vec<String> = raw.problems.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["YINGDA_LISTN: 没有这个环境变量，是不是 YINGDA_LISTEN？"]);
    }
}
