//! Raw → typed: reads every text as its type and collects what does not fit, so that one start names every mistake.

use super::section::{Key, Reading};
use super::written::{Problem, RawConfig, Setting};

/// Reads settings; a bad value is noted and replaced by its default so that reading can go on.
pub(super) struct Reader<'a> {
    raw: &'a RawConfig,
    problems: Vec<Problem>,
    /// The table of the knowledge base that is being read; empty at the top.
    within: String,
    /// What it does not take from the top.
    own: &'static [Key],
}

impl<'a> Reader<'a> {
    pub(super) fn new(raw: &'a RawConfig) -> Self {
        Self { raw, problems: raw.problems.clone(), within: String::new(), own: &[] }
    }

    /// From here on paths are those of one knowledge base, which takes from the top what it leaves out, except `own`.
    pub(super) fn enter(&mut self, table: &str, own: &'static [Key]) {
        table.clone_into(&mut self.within);
        self.own = own;
    }

    /// From here on paths are those of the top again.
    pub(super) fn leave(&mut self) {
        self.within.clear();
    }

    /// The setting as its type, or its default; `None` where the default itself does not fit.
    pub(super) fn read<T>(&mut self, key: &Key, reading: &Reading<T>) -> Option<T> {
        let (path, setting) = self.find(key);
        if let Some(setting) = setting {
            if let Some(value) = (reading.parse)(setting.text.trim()) {
                return Some(value);
            }
            let message = format!("{}，得到的是 {:?}", reading.hint, shortened(&setting.text));
            self.problems.push(Problem { key: path, at: self.raw.place(setting), message });
        }
        (reading.parse)(key.default)
    }

    /// Whether the operator wrote this at the present place.
    pub(super) fn is_set(&self, path: &str) -> bool {
        self.raw.settings.contains_key(&self.path(path))
    }

    /// What the operator wrote at a path from the top.
    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        self.raw.settings.get(path).map(|setting| setting.text.as_str())
    }

    /// Notes a problem with a setting, or a table, at the present place.
    pub(super) fn refuse(&mut self, path: &str, message: impl Into<String>) {
        let within = self.within.clone();
        self.refuse_within(&within, path, message);
    }

    /// Notes a problem with a setting of a table; where the setting is missing, its place is that of the table.
    pub(super) fn refuse_within(&mut self, table: &str, path: &str, message: impl Into<String>) {
        let key = if table.is_empty() { path.to_owned() } else { format!("{table}.{path}") };
        let of_table = || self.raw.tables.get(&key).or_else(|| self.raw.tables.get(table));
        let at = match self.raw.settings.get(&key) {
            Some(setting) => self.raw.place(setting),
            None => of_table().map(|line| self.raw.line(*line)).unwrap_or_default(),
        };
        self.problems.push(Problem { key, at, message: message.into() });
    }

    /// Names of the further knowledge bases, sorted.
    pub(super) fn knowledge_bases(&self) -> Vec<String> {
        let names = self.raw.tables.keys().filter_map(|path| path.strip_prefix("kb."));
        names.map(str::to_owned).collect()
    }

    /// How many API keys there are.
    pub(super) fn api_keys(&self) -> usize {
        self.raw.tables.keys().filter(|path| path.starts_with("key[")).count()
    }

    /// Everything that was noted, sorted by key path, each once.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let mut problems = self.problems;
        problems.sort();
        problems.dedup();
        problems
    }

    /// What is written for a key; a knowledge base takes from the top what it leaves out, except where it lies.
    fn find(&self, key: &Key) -> (String, Option<&'a Setting>) {
        let own = self.path(&key.path());
        let found = self.raw.settings.get(&own);
        let inherits = !self.within.is_empty() && !self.own.iter().any(|own| own.name == key.name);
        if found.is_none() && inherits {
            return (key.path(), self.raw.settings.get(&key.path()));
        }
        (own, found)
    }

    fn path(&self, path: &str) -> String {
        if self.within.is_empty() { path.to_owned() } else { format!("{}.{path}", self.within) }
    }
}

/// Enough of a value to recognise it.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 60;
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
