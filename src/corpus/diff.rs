//! What changed between two corpora, by entry id.

use super::{Corpus, version};

/// Ids of entries that differ, each list sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CorpusDiff {
    pub added: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
    /// Whether anything beside the entries changed: words, routing or golden cases.
    pub settings_changed: bool,
}

/// What must be done to `old` to get `new`.
#[must_use]
pub fn diff(old: &Corpus, new: &Corpus) -> CorpusDiff {
    let mut found = CorpusDiff::default();
    let (mut before, mut after) = (old.entries.iter().peekable(), new.entries.iter().peekable());
    loop {
        let order = match (before.peek(), after.peek()) {
            (None, None) => break,
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(a), Some(b)) => a.id.cmp(&b.id),
        };
        // Both sides are sorted by id, so the smaller one stands alone.
        let (a, b) = (order.is_le().then(|| before.next()).flatten(), order.is_ge().then(|| after.next()).flatten());
        match (a, b) {
            (Some(a), Some(b)) if version::of_entry(a) != version::of_entry(b) => found.changed.push(b.id.clone()),
            (Some(a), None) => found.removed.push(a.id.clone()),
            (None, Some(b)) => found.added.push(b.id.clone()),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    let cases = |corpus: &Corpus| -> Vec<_> {
        corpus
            .golden
            .iter()
            .chain(&corpus.calibration)
            .map(|case| (case.question.clone(), case.expect.clone(), case.note.clone()))
            .collect()
    };
    found.settings_changed = old.synonyms != new.synonyms
        || old.dictionary != new.dictionary
        || old.stopwords != new.stopwords
        || old.routing != new.routing
        || old.smalltalk != new.smalltalk
        || cases(old) != cases(new);
    found
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::corpus::{SourceFile, load_files};

    fn corpus(files: &[(&str, &str)]) -> Corpus {
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| SourceFile { path: (*path).into(), bytes: text.as_bytes().to_vec() })
            .collect();
        load_files(&files, &TimeZone::UTC).unwrap()
    }

    #[test]
    fn names_added_changed_and_removed() {
        let old = corpus(&[("a.csv", "id,q,a\n1,一,甲\n2,二,乙\n3,三,丙\n")]);
        let new = corpus(&[("b.csv", "id,q,a\n4,四,丁\n3,三,丙丙\n2,二,乙\n"), ("synonyms.txt", "退款 退钱")]);
        let found = diff(&old, &new);
        assert_eq!((found.added, found.changed, found.removed), (vec!["4".into()], vec!["3".into()], vec!["1".into()]));
        assert!(found.settings_changed);
        assert_eq!(diff(&old, &old), CorpusDiff::default());
    }

    #[test]
    fn the_version_follows_content_not_layout() {
        let one = corpus(&[("a.csv", "id,q,s,a\n1,一,,甲\n2,二,,乙\n")]);
        let two = corpus(&[
            ("x/b.csv", "a,q,id\n乙,二,2\n"),
            ("a.toml", "[[entry]]\nid = \"1\"\nquestion = \"一\"\nanswer = \"甲\"\n"),
        ]);
        let other = corpus(&[("a.csv", "id,q,a\n1,一,甲\n2,二,乙乙\n")]);
        assert_eq!(one.version, two.version);
        assert_ne!(one.version, other.version);
        assert_eq!(one.version.len(), 16);
    }
}
