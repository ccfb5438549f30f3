//! How a section of the configuration is written down: one line a setting, from which file key, environment variable,
//! flag, help, sample and the typed field all come.
//!
//! Reads nothing itself: that is `reader.rs`.

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

/// One setting. Its flag is the path with `-` (`--log-level`), its variable `YINGDA_` and the path in capitals.
#[derive(Debug)]
pub struct Key {
    /// Table in the TOML file; empty at the top.
    pub table: &'static str,
    pub name: &'static str,
    /// Text form of the value where nobody sets one; empty means unset.
    pub default: &'static str,
    /// What it means, in Chinese, for help and sample.
    pub help: &'static str,
}

impl Key {
    /// Path in the TOML file; a dot is a table.
    #[must_use]
    pub fn path(&self) -> String {
        if self.table.is_empty() { self.name.to_owned() } else { format!("{}.{}", self.table, self.name) }
    }

    /// Name of the command line flag, without the dashes.
    #[must_use]
    pub fn flag(&self) -> String {
        self.path().replace(['.', '_'], "-")
    }

    /// Name of the environment variable.
    #[must_use]
    pub fn variable(&self) -> String {
        format!("YINGDA_{}", self.path().replace('.', "_").to_uppercase())
    }
}

/// Declares a section: `"key" => field: Type = "default", how to read it, "help";`. Gives the struct, its `KEYS` and
/// `read`, which notes every value that does not fit; `None` only where a default does not fit, which a test forbids.
macro_rules! section {
    (
        $(#[$meta:meta])*
        $name:ident in $table:literal {
            $( $(#[$doc:meta])* $key:literal => $field:ident: $type:ty = $default:literal, $reading:expr, $help:expr; )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            $( $(#[$doc])* pub $field: $type, )*
        }

        impl $name {
            pub(in crate::config) const KEYS: &'static [crate::config::section::Key] = &[
                $( crate::config::section::Key { table: $table, name: $key, default: $default, help: $help } ),*
            ];

            pub(in crate::config) fn read(reader: &mut crate::config::reader::Reader<'_>) -> Option<Self> {
                let mut keys = Self::KEYS.iter();
                $( let $field = reader.read(keys.next()?, &$reading); )*
                Some(Self { $( $field: $field? ),* })
            }
        }
    };
}
pub(super) use section;

/// How a text becomes a value, and what is said where it does not.
pub(super) struct Reading<T> {
    /// What is accepted, in Chinese.
    pub(super) hint: String,
    #[expect(clippy::type_complexity, reason = "one function")]
    pub(super) parse: Box<dyn Fn(&str) -> Option<T>>,
}

/// Read by a function.
pub(super) fn by<T>(hint: impl Into<String>, parse: impl Fn(&str) -> Option<T> + 'static) -> Reading<T> {
    Reading { hint: hint.into(), parse: Box::new(parse) }
}

/// As its type reads itself.
pub(super) fn parsed<T: FromStr>(hint: &'static str) -> Reading<T> {
    by(hint, |text| text.parse().ok())
}

/// A whole number in a range.
pub(super) fn number<T>(range: RangeInclusive<T>) -> Reading<T>
where
    T: FromStr + PartialOrd + std::fmt::Display + 'static,
{
    let hint = format!("应为 {} 到 {} 之间的整数", range.start(), range.end());
    by(hint, move |text| text.parse().ok().filter(|number| range.contains(number)))
}

/// A whole number above 0.
pub(super) fn at_least_one(most: usize) -> Reading<NonZeroUsize> {
    let number = number(1..=most);
    by(number.hint, move |text| (number.parse)(text).and_then(NonZeroUsize::new))
}

/// A duration in whole milliseconds.
pub(super) fn milliseconds(range: RangeInclusive<u64>) -> Reading<Duration> {
    let number = number(range);
    by(number.hint, move |text| (number.parse)(text).map(Duration::from_millis))
}

/// A duration in whole seconds; `None` for 0.
pub(super) fn seconds_or_never(most: u64) -> Reading<Option<Duration>> {
    let number = number(0..=most);
    by(number.hint, move |text| (number.parse)(text).map(|seconds| (seconds > 0).then(|| Duration::from_secs(seconds))))
}

/// A fraction in a range.
pub(super) fn fraction(range: RangeInclusive<f64>) -> Reading<f64> {
    let hint = format!("应为 {} 到 {} 之间的小数", range.start(), range.end());
    by(hint, move |text| text.parse().ok().filter(|share| range.contains(share)))
}

/// Unset where the text is empty.
pub(super) fn optional<T: 'static>(reading: Reading<T>) -> Reading<Option<T>> {
    let Reading { hint, parse } = reading;
    by(hint, move |text| if text.is_empty() { Some(None) } else { parse(text).map(Some) })
}

/// A directory that exists.
pub(super) fn directory() -> Reading<PathBuf> {
    by("应为已存在的目录", |text| Some(PathBuf::from(text)).filter(|path| path.is_dir()))
}
