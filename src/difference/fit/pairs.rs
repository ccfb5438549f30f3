//! The written pairs: a question, a stored question, and whether the one's answer answers the other.

use serde::{Deserialize, Serialize};

/// A pair as written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrittenPair {
    pub asked: String,
    pub stored: String,
    pub same: bool,
    /// Pairs of one group come from one trade; their stored questions stand in one corpus.
    pub group: String,
}

/// Why a file of pairs cannot be read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct PairError {
    pub file: String,
    /// 1-based.
    pub line: usize,
    pub problem: String,
}

/// Reads JSON Lines of pairs.
///
/// # Errors
/// [`PairError`] with the first line that is none.
pub fn from_json_lines(file: &str, text: &str) -> Result<Vec<WrittenPair>, PairError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| PairError {
                file: file.to_owned(),
                line: at + 1,
                problem: error.to_string(),
            })
        })
        .collect()
}

/// Reads lines of `stored = rewording = … ! other ! …`, one stored question a line; `#` begins a trade, which is the
/// group of the lines below it.
///
/// # Errors
/// [`PairError`] with the first line that names no other question.
pub fn from_lines(file: &str, text: &str) -> Result<Vec<WrittenPair>, PairError> {
    let mut group = file.to_owned();
    let mut found = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let line = line.trim();
        if let Some(trade) = line.strip_prefix('#') {
            group = format!("{file}: {}", trade.trim());
        } else if !line.is_empty() {
            let before = found.len();
            found.extend(pairs_of(line, &group));
            if found.len() == before {
                let problem = "no ` = ` or ` ! ` with a question behind it".to_owned();
                return Err(PairError { file: file.to_owned(), line: at + 1, problem });
            }
        }
    }
    Ok(found)
}

fn pairs_of<'a>(line: &'a str, group: &'a str) -> impl Iterator<Item = WrittenPair> + 'a {
    let mut stored = String::new();
    let mut current: Option<(bool, String)> = None;
    let mut found = Vec::new();
    let mut finish = |current: &mut Option<(bool, String)>, stored: &str| {
        if let Some((same, asked)) = current.take().filter(|(_, asked)| !asked.is_empty()) {
            found.push(WrittenPair { asked, stored: stored.to_owned(), same, group: group.to_owned() });
        }
    };
    for part in line.split(' ') {
        if part == "=" || part == "!" {
            finish(&mut current, &stored);
            current = Some((part == "=", String::new()));
            continue;
        }
        let text = current.as_mut().map_or(&mut stored, |(_, asked)| asked);
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(part);
    }
    finish(&mut current, &stored);
    found.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lines_and_says_where_they_are_wrong() {
        let pairs = from_lines("a.txt", "# 快递\n运费 怎么算 = 邮费咋收 ! 运费险怎么算\n").unwrap();
        assert_eq!(pairs.len(), 2);
        assert_eq!((pairs[0].stored.as_str(), pairs[0].same, pairs[1].same), ("运费 怎么算", true, false));
        assert_eq!(pairs[1].asked, "运费险怎么算");
        assert_eq!(pairs[1].group, "a.txt: 快递");
        assert_eq!(from_lines("a.txt", "\n运费怎么算\n").unwrap_err().line, 2);
        assert_eq!(from_json_lines("a.jsonl", "{}\n").unwrap_err().line, 1);
    }
}
