//! The configuration as written: file, environment and flags laid over each other, nothing judged but the shape.
//!
//! Values stay text until `check.rs` reads them, so that one start reports every mistake at once.

use std::collections::BTreeMap;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use serde::Deserialize;

use super::Problem;
use super::keys::KEYS;

/// An API key as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawKey {
    pub name: String,
    pub role: String,
    /// BLAKE3 of the secret, 64 hexadecimal digits.
    pub blake3: Option<String>,
    pub secret: Option<String>,
    /// File that holds the secret and nothing else.
    pub secret_file: Option<String>,
    /// Knowledge bases the key may use; all where absent.
    pub kb: Option<Vec<String>>,
}

/// A further knowledge base as written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RawKnowledgeBase {
    pub corpus: Option<String>,
    pub model: Option<String>,
}

/// One value with the name the operator gave it by, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    pub text: String,
    /// Variable or flag; empty for the file.
    pub origin: String,
}

/// Everything the operator wrote, not yet checked.
#[derive(Debug, Clone, Default)]
pub struct RawConfig {
    /// Key path → value.
    pub settings: BTreeMap<&'static str, Setting>,
    pub keys: Vec<RawKey>,
    pub knowledge_bases: BTreeMap<String, RawKnowledgeBase>,
    /// Unknown keys and wrong shapes found while reading.
    pub problems: Vec<Problem>,
}

impl RawConfig {
    /// Reads a TOML file. Trouble with it becomes problems of the result.
    #[must_use]
    pub fn from_file(path: &Path) -> Self {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_toml(&text),
            Err(error) => Self {
                problems: vec![Problem::new("config", format!("无法读取配置文件 {}：{error}", path.display()))],
                ..Self::default()
            },
        }
    }

    /// Reads TOML text. Trouble with it becomes problems of the result.
    #[must_use]
    pub fn from_toml(text: &str) -> Self {
        let mut raw = Self::default();
        match text.parse::<toml::Table>() {
            Ok(table) => raw.take_table("", table),
            Err(error) => raw.problems.push(Problem::new("config", format!("不是合法的 TOML：{error}"))),
        }
        raw
    }

    /// Lays flags and environment over the file.
    #[must_use]
    pub fn overlaid(mut self, flags: Flags) -> Self {
        self.settings.extend(flags.settings);
        self
    }

    fn take_table(&mut self, prefix: &str, table: toml::Table) {
        for (name, value) in table {
            let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            match (path.as_str(), value) {
                ("key", toml::Value::Array(keys)) => self.take_keys(keys),
                ("kb", toml::Value::Table(bases)) => self.take_knowledge_bases(bases),
                (_, toml::Value::Table(inner)) if is_table(&path) => self.take_table(&path, inner),
                (_, value) => self.take_scalar(path, &value),
            }
        }
    }

    fn take_scalar(&mut self, path: String, value: &toml::Value) {
        let Some(known) = KEYS.iter().find(|key| key.path == path) else {
            let message = match nearest(&path) {
                Some(near) => format!("没有这个配置项，是不是 {near}？"),
                None => "没有这个配置项，运行 yingda serve --print-config 可查看全部配置项".to_owned(),
            };
            self.problems.push(Problem::new(path, message));
            return;
        };
        match scalar_text(value) {
            Some(text) => {
                self.settings.insert(known.path, Setting { text, origin: String::new() });
            }
            None => self.problems.push(Problem::new(path, format!("这里不能是 {}", value.type_str()))),
        }
    }

    fn take_keys(&mut self, keys: Vec<toml::Value>) {
        for (index, value) in keys.into_iter().enumerate() {
            match value.try_into::<RawKey>() {
                Ok(key) => self.keys.push(key),
                Err(error) => self.problems.push(Problem::new(format!("key[{index}]"), error.message())),
            }
        }
    }

    fn take_knowledge_bases(&mut self, bases: toml::Table) {
        for (name, value) in bases {
            match value.try_into::<RawKnowledgeBase>() {
                Ok(base) => {
                    self.knowledge_bases.insert(name, base);
                }
                Err(error) => self.problems.push(Problem::new(format!("kb.{name}"), error.message())),
            }
        }
    }
}

fn is_table(path: &str) -> bool {
    KEYS.iter().any(|key| key.path.split_once('.').is_some_and(|(table, _)| table == path))
}

/// Numbers, booleans and text as text; a list of them joined by commas.
fn scalar_text(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(yes.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(scalar_text).collect();
            Some(texts?.join(","))
        }
        toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

/// The known key closest to a mistyped one, if it is close at all.
fn nearest(path: &str) -> Option<&'static str> {
    let best = KEYS.iter().map(|key| (edits(path, key.path), key.path)).min()?;
    (best.0 <= 3).then_some(best.1)
}

/// Levenshtein distance in bytes, row by row.
fn edits(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (deleted, a) in from.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = deleted + 1;
        for (column, b) in to.bytes().enumerate() {
            let replaced = diagonal + usize::from(a != b);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

/// Settings given by flag or environment; a flag wins over its variable.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    settings: BTreeMap<&'static str, Setting>,
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for key in KEYS {
            let Some(text) = matches.get_one::<String>(key.path) else { continue };
            let from_environment = matches.value_source(key.path) == Some(ValueSource::EnvVariable);
            let origin = if from_environment { key.variable() } else { format!("--{}", key.flag()) };
            self.settings.insert(key.path, Setting { text: text.clone(), origin });
        }
        Ok(())
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        command.args(KEYS.iter().map(|key| {
            let help = match key.default {
                "" => key.help.to_owned(),
                default => format!("{}（默认 {default}）", key.help),
            };
            Arg::new(key.path).long(key.flag()).env(key.variable()).value_name("值").help(help).hide_env_values(true)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistyped_keys_find_the_right_one() {
        for (typed, meant) in [
            ("lisen", Some("listen")),                               // a letter dropped
            ("wrokers", Some("workers")),                            // two swapped
            ("limits.question_char", Some("limits.question_chars")), // singular
            ("database_url", None),                                  // nothing like it
        ] {
            assert_eq!(nearest(typed), meant, "{typed}");
        }
    }

    #[test]
    fn flags_win_over_the_file_and_name_themselves() {
        let command = <Flags as clap::Args>::augment_args(Command::new("x"));
        let matches = command.try_get_matches_from(["x", "--log-level", "loud", "--workers", "3"]).unwrap();
        let flags = <Flags as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
        let raw = RawConfig::from_toml("workers = 1\nmax_in_flight = 9").overlaid(flags);
        assert_eq!(raw.settings["workers"].text, "3");
        assert_eq!(raw.settings["max_in_flight"].text, "9");
        let problems = crate::config::Config::check(raw).unwrap_err();
        assert_eq!(problems[0].key, "log.level (--log-level)");
    }

    #[test]
    fn a_file_that_is_not_toml_says_where() {
        let raw = RawConfig::from_toml("listen = \nworkers");
        assert!(raw.problems[0].message.contains("line 2"), "{:?}", raw.problems);
    }
}
