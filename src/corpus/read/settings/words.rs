//! `synonyms.txt`, `dictionary.txt` and `stopwords.txt`: word lists, a line each, `#` for remarks.
//!
//! All words leave here in normalised form, because that is what the segmenter compares.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use crate::corpus::Place;
use crate::corpus::draft::Findings;
use crate::text;

/// Words without meaning for matching, where the corpus has no `stopwords.txt`: particles and courtesy only.
/// Negations, question words, amounts and verbs of possibility (不, 怎么, 多少, 能 …) tell questions apart and stay out.
pub const DEFAULT_STOPWORDS: [&str; 31] = [
    "的", "地", "得", "了", "吗", "嘛", "么", "呢", "吧", "呗", "啊", "呀", "哦", "噢", "喔", "哈", "啦", "哎", "诶",
    "唉", "嗯", "呃", "额", "哟", "请", "请问", "麻烦", "一下", "你们", "我们", "咱们",
];

/// Marks between the words of a synonym group, beside blanks.
const MARKS: [char; 9] = ['、', ',', '，', '=', '＝', ';', '；', '|', '\t'];

fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.trim()))
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// Synonym groups, sorted. `a => b` lets b stand for the group, otherwise the first word does.
/// A word in two groups is an issue, because the groups would contradict each other.
pub(in crate::corpus::read) fn synonyms(file: &str, content: &str, findings: &mut Findings) -> Vec<Vec<String>> {
    let mut groups = Vec::new();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (number, line) in lines(content) {
        let place = Place::new(file, number);
        let mut group: Vec<String> = Vec::new();
        let mut here = FxHashSet::default();
        for word in group_words(line) {
            if !here.insert(word.clone()) {
                continue;
            }
            match seen.get(&word) {
                Some(line) => {
                    findings.issue(
                        &place,
                        format!("“{word}”已经在第 {line} 行的同义词组里，一个词只能属于一组，请合并两行"),
                    );
                }
                None => group.push(word),
            }
        }
        if group.len() > 1 {
            for word in &group {
                seen.insert(word.clone(), number);
            }
            groups.push(group);
        } else {
            findings.warn(&place, "这一行不足两个不同的词，没有同义词可用");
        }
    }
    groups.sort();
    groups
}

fn group_words(line: &str) -> Vec<String> {
    if let Some((others, first)) = line.split_once("=>") {
        return [first, others].into_iter().flat_map(words).collect();
    }
    words(line)
}

/// Words of a line. Blanks separate them too, except between Latin letters or digits (`iphone 15`) of a line that
/// has other marks.
fn words(line: &str) -> Vec<String> {
    let has_marks = line.contains(MARKS);
    let pieces = |text: &str| -> Vec<String> {
        text.split(MARKS).flat_map(|part| split_blanks(part, has_marks)).filter(|word| !word.is_empty()).collect()
    };
    // Normalising may bring a separator to light (a full-width one, an entity), so the pieces are split once more.
    pieces(line).iter().flat_map(|word| pieces(&text::normalize(word))).collect()
}

fn split_blanks(part: &str, keep_latin: bool) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in part.split_whitespace() {
        let latin = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
        match words.last_mut() {
            Some(last) if keep_latin && latin(last.chars().last()) && latin(word.chars().next()) => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Dictionary words, sorted, each once. jieba's `word frequency tag` is accepted; only the word is used.
pub(in crate::corpus::read) fn dictionary(file: &str, content: &str, findings: &mut Findings) -> Vec<String> {
    list(file, content, findings, |line| line.split_whitespace().next().unwrap_or(line))
}

/// Stop words, sorted, each once.
pub(in crate::corpus::read) fn stopwords(file: &str, content: &str, findings: &mut Findings) -> Vec<String> {
    list(file, content, findings, |line| line)
}

/// The built-in stop words in the form a file would give them.
pub(in crate::corpus::read) fn default_stopwords() -> Vec<String> {
    let mut words: Vec<String> = DEFAULT_STOPWORDS.iter().map(|word| (*word).to_owned()).collect();
    words.sort();
    words
}

fn list(file: &str, content: &str, findings: &mut Findings, word_of: fn(&str) -> &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, line) in lines(content) {
        // Normalising may bring a blank to light, so the word is cut out once more.
        let normal = text::normalize(word_of(line));
        let word = word_of(&normal).to_owned();
        if word.is_empty() {
            findings.warn(&Place::new(file, number), format!("“{line}”规范化后什么都不剩，已忽略"));
        } else {
            words.push(word);
        }
    }
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn synonym_groups_accept_every_common_notation() {
        let rows = [
            ("退款 退钱 返款", vec!["退款", "退钱", "返款"]),
            ("退款、退钱，返款", vec!["退款", "退钱", "返款"]),
            ("退款=退钱", vec!["退款", "退钱"]),
            ("退钱, 返款 => 退款", vec!["退款", "退钱", "返款"]), // the right side stands for the group
            ("iPhone 15, 苹果15", vec!["iphone 15", "苹果15"]),   // a name with a blank
            ("iPhone 苹果", vec!["iphone", "苹果"]),
            ("運費 运费 邮费", vec!["运费", "邮费"]), // normalised, then each once
        ];
        for (line, expected) in rows {
            assert_eq!(synonyms("synonyms.txt", line, &mut Findings::default()), [expected], "{line}");
        }
    }

    #[test]
    fn a_word_in_two_groups_is_an_issue() {
        let mut findings = Findings::default();
        synonyms("synonyms.txt", "# 售后\n退款 退钱\n退钱 返现\n单个", &mut findings);
        assert_eq!(
            findings.issues[0].to_string(),
            "synonyms.txt:3: “退钱”已经在第 2 行的同义词组里，一个词只能属于一组，请合并两行"
        );
        assert_eq!(findings.warnings.len(), 2); // what is left of line 3, and line 4
    }

    #[test]
    fn dictionary_words_come_alone() {
        assert_eq!(
            dictionary("dictionary.txt", "一起购 5 n\n双十一\n双十一\n", &mut Findings::default()),
            ["一起购", "双十一"]
        );
    }

    #[test]
    fn default_stopwords_are_normal_and_tell_no_questions_apart() {
        for word in default_stopwords() {
            assert_eq!(text::normalize(&word), word);
        }
        for telling in ["不", "没", "能", "可以", "怎么", "多少", "几", "哪里", "为什么", "什么", "还", "已"]
        {
            assert!(!DEFAULT_STOPWORDS.contains(&telling), "{telling}");
        }
    }
}
