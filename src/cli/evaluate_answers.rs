//! `yingda evaluate answers`: asks a corpus the questions of a file and measures what it does with them.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use comfy_table::Table;
use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use jiff::Timestamp;
use serde::Deserialize;

use crate::answer::{Question, answer};
use crate::cli::progress::Progress;
use crate::config::default_time_zone;
use crate::decision::Decision;
use crate::knowledge_base::{KnowledgeBase, Sources};
use crate::policy::PolicySettings;
use crate::quality::{AnswerQuality, Judged};
use crate::snapshot::Snapshot;

/// 问题文件每行一个 JSON 对象：问题（question）和答它的条目（`faq_id`）；库外问题文件只需问题。
#[derive(Debug, Args)]
pub struct EvaluateAnswers {
    /// 知识库目录；不给则用程序自带的知识库
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// 问题文件（JSON Lines）；不给则用知识库目录下的 eval/questions.jsonl
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// 库外问题文件（JSON Lines）：知识库里没有答案的问题
    #[arg(long, value_name = "FILE")]
    oos: Option<PathBuf>,
    /// 以 JSON 输出
    #[arg(long)]
    json: bool,
    /// 逐题名次写入此 CSV 文件
    #[arg(long, value_name = "FILE")]
    ranks: Option<PathBuf>,
    /// 按此刻的有效期评测（RFC 3339）；不给则按现在
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

/// A question with the entry that answers it; none for out-of-scope rows.
#[derive(Debug, Deserialize)]
struct EvaluationRow {
    #[serde(alias = "query")]
    question: String,
    #[serde(default)]
    faq_id: Option<String>,
}

/// Candidates looked at; the measures reach no further.
const DEPTH: usize = 20;

/// Runs the command.
///
/// # Errors
/// Unreadable files, rows that name unknown entries, a corpus with issues.
pub fn run(args: &EvaluateAnswers) -> anyhow::Result<ExitCode> {
    let now = args.at.unwrap_or_else(crate::cli::clock::now);
    let sources = Sources {
        corpus: args.corpus.clone(),
        model: None,
        data: None,
        time_zone: default_time_zone()?,
        policy: PolicySettings::default(),
    };
    let base = KnowledgeBase::open("default", sources, now)?;
    let snapshot = base.snapshot();
    let queries = beside(args.queries.as_ref(), args.corpus.as_deref(), "eval/questions.jsonl");
    let Some(queries) = queries else {
        bail!("没有问题文件：请用 --queries 指定，或放在知识库目录的 eval/questions.jsonl")
    };
    let mut rows = read_rows(&queries)?;
    if let Some(row) =
        rows.iter().find(|row| row.faq_id.as_deref().is_none_or(|id| snapshot.corpus.entry(id).is_none()))
    {
        bail!("{}：问题“{}”的 faq_id {:?} 不在知识库里", queries.display(), row.question, row.faq_id);
    }
    if let Some(outside) = beside(args.oos.as_ref(), args.corpus.as_deref(), "eval/out_of_scope.jsonl") {
        rows.extend(read_rows(&outside)?.into_iter().map(|row| EvaluationRow { faq_id: None, ..row }));
    }
    let judged = judge_all(&snapshot, &rows, now)?;
    if let Some(path) = &args.ranks {
        write_ranks(path, &rows, &judged)?;
    }
    let mut out = std::io::stdout().lock();
    let quality = AnswerQuality::of(&judged);
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&quality)?)?;
    } else {
        writeln!(out, "{}", table(&quality))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn beside(given: Option<&PathBuf>, corpus: Option<&Path>, usual: &str) -> Option<PathBuf> {
    given.cloned().or_else(|| corpus.map(|dir| dir.join(usual)).filter(|path| path.is_file()))
}

fn read_rows(path: &Path) -> anyhow::Result<Vec<EvaluationRow>> {
    let text = std::fs::read_to_string(path).with_context(|| format!("读不了 {}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line).with_context(|| format!("{}:{} 不是一行有效的 JSON", path.display(), at + 1))
        })
        .collect()
}

fn judge_all(snapshot: &Snapshot, rows: &[EvaluationRow], now: Timestamp) -> anyhow::Result<Vec<Judged>> {
    let progress = Progress::new("评测", rows.len());
    let mut judged = Vec::with_capacity(rows.len());
    for row in rows {
        judged.push(judge(snapshot, row, now)?);
        progress.advance(1);
    }
    progress.finish();
    Ok(judged)
}

/// Entries with the very same answer are equally right.
fn judge(snapshot: &Snapshot, row: &EvaluationRow, now: Timestamp) -> anyhow::Result<Judged> {
    let question = Question { text: &row.question, channel: None, customer_tier: None, top: DEPTH, explain: false };
    let answered = answer(snapshot, &question, now)?;
    let text_of = |id: &str| snapshot.corpus.entry(id).map(|entry| entry.answer.as_str());
    let wanted = row.faq_id.as_deref().and_then(text_of);
    let is_right = |id: &str| wanted.is_some() && text_of(id) == wanted;
    Ok(Judged {
        rank: answered.candidates.iter().position(|candidate| is_right(&candidate.faq_id)).map(|at| at + 1),
        confidence: answered.candidates.first().map_or(0.0, |best| best.confidence),
        decision: answered.decision,
        in_scope: row.faq_id.is_some(),
        suggested: answered.suggestions.iter().any(|suggestion| is_right(&suggestion.faq_id)),
    })
}

fn write_ranks(path: &Path, rows: &[EvaluationRow], judged: &[Judged]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_path(path).with_context(|| format!("写不了 {}", path.display()))?;
    writer.write_record(["question", "faq_id", "rank", "decision", "confidence"])?;
    for (row, judged) in rows.iter().zip(judged) {
        let decision = match judged.decision {
            Decision::Answer => "answer",
            Decision::Suggest => "suggest",
            Decision::Handoff => "handoff",
        };
        writer.write_record([
            row.question.as_str(),
            row.faq_id.as_deref().unwrap_or(""),
            &judged.rank.map_or(String::new(), |rank| rank.to_string()),
            decision,
            &format!("{:.3}", judged.confidence),
        ])?;
    }
    writer.flush()?;
    Ok(())
}

fn table(quality: &AnswerQuality) -> Table {
    let mut table = Table::new();
    table.load_style(UTF8_HORIZONTAL_ONLY);
    table.set_header(["指标", "数值"]);
    let percent = |value: f64| format!("{:.1} %", value * 100.0);
    let optional = |value: Option<f64>| value.map_or("–".to_owned(), percent);
    table.add_row(["问题（库外）".to_owned(), format!("{}（{}）", quality.questions, quality.out_of_scope)]);
    table.add_row(["recall@1".to_owned(), percent(quality.recall_at_1)]);
    table.add_row(["recall@5".to_owned(), percent(quality.recall_at_5)]);
    table.add_row(["MRR@10".to_owned(), format!("{:.3}", quality.mrr_at_10)]);
    table.add_row(["95 % 精度下可答比例".to_owned(), percent(quality.coverage_at_95_precision)]);
    table.add_row(["直接回答比例".to_owned(), percent(quality.direct_answer_rate)]);
    table.add_row(["直接回答精度".to_owned(), optional(quality.direct_answer_precision)]);
    table.add_row(["推荐里有正确答案".to_owned(), percent(quality.right_answer_suggested)]);
    table.add_row(["库外问题被直接回答".to_owned(), optional(quality.out_of_scope_answered)]);
    table.add_row(["校准误差 ECE".to_owned(), format!("{:.3}", quality.calibration_error)]);
    table
}
