//! Evaluation questions from a JSON Lines file. Reads and checks; asks nothing.

use std::path::Path;

use serde::Deserialize;

use crate::corpus::Corpus;

/// A question with the entry that answers it; none for questions that nothing answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationQuestion {
    pub text: String,
    pub faq_id: Option<String>,
}

/// What a file of questions is for.
#[derive(Debug, Clone, Copy)]
pub enum Scope<'a> {
    /// Every row names the entry of this corpus that answers it.
    Inside(&'a Corpus),
    /// Nothing answers any row, whatever it names.
    Outside,
}

/// Why a file of questions cannot be used. The messages are for the people who wrote it.
#[derive(Debug, thiserror::Error)]
pub enum QuestionsError {
    #[error("读不了 {file}")]
    Unreadable { file: String, source: std::io::Error },
    #[error("{file}:{line}: 不是一行有效的 JSON（需要 question 或 query，以及 faq_id）")]
    Invalid { file: String, line: usize, source: serde_json::Error },
    #[error("{file}:{line}: 问题为空，请填写或删去这一行")]
    Blank { file: String, line: usize },
    #[error("{file}:{line}: 没有 faq_id；知识库里没有答案的问题请放进库外问题文件（--oos）")]
    WithoutEntry { file: String, line: usize },
    #[error("{file}:{line}: 知识库里没有条目 {faq_id}，请改正 faq_id 或换用对应的知识库")]
    UnknownEntry { file: String, line: usize, faq_id: String },
    #[error("{file} 里没有问题")]
    Empty { file: String },
}

#[derive(Debug, Deserialize)]
struct Row {
    #[serde(alias = "query")]
    question: String,
    #[serde(default)]
    faq_id: Option<String>,
}

/// Reads a file of questions, one JSON object a line; blank lines and other fields are skipped.
///
/// # Errors
/// [`QuestionsError`] with the first line that is wrong.
pub fn read_questions(path: &Path, scope: Scope<'_>) -> Result<Vec<EvaluationQuestion>, QuestionsError> {
    let file = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(source) => return Err(QuestionsError::Unreadable { file, source }),
    };
    parse(&file, text.trim_start_matches('\u{feff}'), scope)
}

fn parse(file: &str, text: &str, scope: Scope<'_>) -> Result<Vec<EvaluationQuestion>, QuestionsError> {
    let mut questions = Vec::new();
    for (at, row) in text.lines().enumerate().filter(|(_, row)| !row.trim().is_empty()) {
        let (file, line) = (file.to_owned(), at + 1);
        let row: Row = match serde_json::from_str(row) {
            Ok(row) => row,
            Err(source) => return Err(QuestionsError::Invalid { file, line, source }),
        };
        if row.question.trim().is_empty() {
            return Err(QuestionsError::Blank { file, line });
        }
        let faq_id = match (scope, row.faq_id) {
            (Scope::Outside, _) => None,
            (Scope::Inside(_), None) => return Err(QuestionsError::WithoutEntry { file, line }),
            (Scope::Inside(corpus), Some(faq_id)) if corpus.entry(&faq_id).is_none() => {
                return Err(QuestionsError::UnknownEntry { file, line, faq_id });
            }
            (Scope::Inside(_), known) => known,
        };
        questions.push(EvaluationQuestion { text: row.question, faq_id });
    }
    if questions.is_empty() {
        return Err(QuestionsError::Empty { file: file.to_owned() });
    }
    Ok(questions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{SourceFile, load_files};
    use jiff::tz::TimeZone;

    fn corpus() -> Corpus {
        let bytes = "问题,答案,编号\n怎么退款,点退款,refund\n".as_bytes().to_vec();
        load_files(&[SourceFile { path: "faq.csv".to_owned(), bytes }], &TimeZone::UTC).unwrap()
    }

    #[test]
    fn reads_both_names_of_the_question_and_refuses_with_the_line() {
        let corpus = corpus();
        let id = corpus.entries[0].id.clone();
        let good = format!(
            "{{\"question\":\"退钱\",\"faq_id\":\"{id}\"}}\n\n{{\"query\":\"退款\",\"faq_id\":\"{id}\",\"answer_group\":\"x\"}}\n"
        );
        let read = parse("q.jsonl", &good, Scope::Inside(&corpus)).unwrap();
        assert_eq!(read.iter().map(|q| q.text.as_str()).collect::<Vec<_>>(), ["退钱", "退款"]);
        assert!(parse("q.jsonl", &good, Scope::Outside).unwrap().iter().all(|q| q.faq_id.is_none()));
        let rows = [
            ("{\"question\":\"甲\",\"faq_id\":\"no\"}", "q.jsonl:1: 知识库里没有条目 no"), // unknown entry
            ("\n{\"question\":\"甲\"}", "q.jsonl:2: 没有 faq_id"), // an out-of-scope row in the wrong file
            ("{\"text\":\"甲\"}", "q.jsonl:1: 不是一行有效的 JSON"), // another field name
            ("{\"question\":\" \",\"faq_id\":\"no\"}", "q.jsonl:1: 问题为空"), // nothing asked
            ("\n\n", "q.jsonl 里没有问题"),                        // nothing at all
        ];
        for (text, expected) in rows {
            let message = parse("q.jsonl", text, Scope::Inside(&corpus)).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
}
