//! Settings given by flag or environment variable; a flag wins over its variable.

use std::collections::BTreeMap;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use super::catalogue::keys;
use super::written::{Origin, Setting};

/// Settings given by flag or environment; a flag wins over its variable.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub(super) settings: BTreeMap<String, Setting>,
}

impl Flags {
    /// The same with a time zone from a flag of another name, where that one is given.
    #[must_use]
    pub fn with_time_zone(mut self, zone: Option<String>, flag: &str) -> Self {
        if let Some(text) = zone {
            self.settings.insert("time_zone".to_owned(), Setting { text, origin: Origin::Given(flag.to_owned()) });
        }
        self
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for key in keys() {
            let path = key.path();
            let Some(text) = matches.get_one::<String>(&path) else { continue };
            let from_environment = matches.value_source(&path) == Some(ValueSource::EnvVariable);
            let name = if from_environment { key.variable() } else { format!("--{}", key.flag()) };
            self.settings.insert(path, Setting { text: text.clone(), origin: Origin::Given(name) });
        }
        Ok(())
    }
}

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        command.args(keys().map(|key| {
            let help = match key.default {
                "" => key.help.to_owned(),
                default => format!("{}（默认 {default}）", key.help),
            };
            Arg::new(key.path()).long(key.flag()).env(key.variable()).value_name("值").help(help).hide_env_values(true)
        }))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, RawConfig};

    #[test]
    fn flags_win_over_the_file_and_name_themselves() {
        let command = <Flags as clap::Args>::augment_args(Command::new("x"));
        let matches = command.try_get_matches_from(["x", "--log-level", "loud", "--workers", "3"]).unwrap();
        let flags = <Flags as clap::FromArgMatches>::from_arg_matches(&matches).unwrap();
        let raw = RawConfig::from_toml("workers = 1\nmax_in_flight = 9").overlaid(flags);
        assert_eq!(raw.settings["workers"].text, "3");
        assert_eq!(raw.settings["max_in_flight"].text, "9");
        let problems = Config::check(raw).unwrap_err();
        assert_eq!(
            problems[0].to_string(),
            "log.level (--log-level): 应为 error、warn、info、debug 或 trace，得到的是 \"loud\""
        );
    }
}
