//! `yingda evaluate answers`: asks a corpus the questions of files and says how well it does, and whether better than
//! before. The measuring is the business of `evaluation`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Args;
use jiff::Timestamp;

use super::measure_table;
use crate::cli::progress::Progress;
use crate::encoder::EncoderKind;
use crate::evaluation::answers::measures::MEASURES;
use crate::evaluation::answers::questions::Scope;
use crate::evaluation::answers::result::EvaluatedVersions;
use crate::evaluation::answers::{
    AnswerComparison, AnswerEvaluation, EvaluationQuestion, SavedAnswers, compare, judge_all, ranks, read_questions,
    report,
};
use crate::evaluation::change::p_label;
use crate::knowledge_base::{KnowledgeBase, Sources};
use crate::snapshot::Snapshot;

/// 问题文件每行一个 JSON 对象：问题（question 或 query）和答它的条目（`faq_id`）；库外问题文件只需问题。
#[derive(Debug, Args)]
pub struct EvaluateAnswers {
    /// 知识库目录；不给则用程序自带的知识库
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// 问题文件（JSON Lines）；不给则用知识库目录下的 eval/questions.jsonl
    #[arg(long, value_name = "FILE")]
    queries: Option<PathBuf>,
    /// 库外问题文件（JSON Lines）：知识库里没有答案的问题；不给则用知识库目录下的 `eval/out_of_scope.jsonl`
    #[arg(long, value_name = "FILE")]
    oos: Option<PathBuf>,
    /// 与先前用 --json 保存的结果逐题比较；必须是同样的问题
    #[arg(long, value_name = "FILE")]
    compare: Option<PathBuf>,
    /// 报告写入此 HTML 文件：指标、曲线、答错的和没有回答的问题
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// 逐题名次写入此 CSV 文件
    #[arg(long, value_name = "FILE")]
    ranks: Option<PathBuf>,
    /// 句向量编码器：standard 或 accurate
    #[arg(long, value_name = "编码器", default_value = "standard", value_parser = crate::cli::values::encoder_kind)]
    encoder: EncoderKind,
    /// 以 JSON 输出，含逐题结果，可供以后 --compare
    #[arg(long)]
    json: bool,
    /// 按此刻的有效期评测（RFC 3339）；不给则按现在
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
}

/// Runs the command. Everything is read before anything is written.
///
/// # Errors
/// Unreadable files, rows that name unknown entries, a corpus with issues, a baseline made on other questions.
pub fn run(args: &EvaluateAnswers) -> anyhow::Result<ExitCode> {
    let now = args.at.unwrap_or_else(crate::clock::now);
    let baseline = args.compare.as_deref().map(read_baseline).transpose()?;
    let sources = Sources { corpus: args.corpus.clone(), encoder: args.encoder, ..Sources::embedded() };
    let base = KnowledgeBase::open("default", sources, now)?;
    let snapshot = base.snapshot();
    let questions = questions(args, &snapshot)?;
    let progress = Progress::new("评测", questions.len());
    let outcomes = judge_all(&snapshot, &questions, now, &|| progress.advance(1))?;
    progress.finish();
    let comparison = baseline.as_ref().map(|baseline| compare(&baseline.outcomes, &outcomes)).transpose()?;
    let evaluated = EvaluatedVersions {
        corpus_version: snapshot.corpus.version.clone(),
        model_version: snapshot.model_version.clone(),
        at: now,
    };
    let result = AnswerEvaluation { comparison, ..AnswerEvaluation::new(evaluated, outcomes) };
    write_files(args, &result, &snapshot)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&result)?)?;
    } else {
        writeln!(out, "{}", table(&result))?;
        if let Some(comparison) = &result.comparison {
            writeln!(out, "{}", comparison_table(comparison))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn read_baseline(path: &Path) -> anyhow::Result<SavedAnswers> {
    let bytes = std::fs::read(path).with_context(|| format!("读不了 {}", path.display()))?;
    SavedAnswers::from_json(&bytes).with_context(|| format!("{} 不能作基线", path.display()))
}

/// In-scope questions first.
fn questions(args: &EvaluateAnswers, snapshot: &Snapshot) -> anyhow::Result<Vec<EvaluationQuestion>> {
    let beside = |given: &Option<PathBuf>, usual: &str| {
        given.clone().or_else(|| args.corpus.as_ref().map(|dir| dir.join(usual)).filter(|path| path.is_file()))
    };
    let Some(inside) = beside(&args.queries, "eval/questions.jsonl") else {
        bail!("没有问题文件：请用 --queries 指定，或放在知识库目录的 eval/questions.jsonl")
    };
    let mut questions = read_questions(&inside, Scope::Inside(&snapshot.corpus))?;
    if let Some(outside) = beside(&args.oos, "eval/out_of_scope.jsonl") {
        questions.extend(read_questions(&outside, Scope::Outside)?);
    }
    Ok(questions)
}

fn write_files(args: &EvaluateAnswers, result: &AnswerEvaluation, snapshot: &Snapshot) -> anyhow::Result<()> {
    if let Some(path) = &args.ranks {
        let mut file = Vec::new();
        ranks::write_ranks(&result.outcomes, &mut file)?;
        std::fs::write(path, file).with_context(|| format!("写不了 {}", path.display()))?;
    }
    if let Some(path) = &args.report {
        let page = report::html(result, &snapshot.corpus)?;
        std::fs::write(path, page).with_context(|| format!("写不了 {}", path.display()))?;
    }
    Ok(())
}

fn table(result: &AnswerEvaluation) -> String {
    let quality = &result.quality;
    let count = format!("{}（{}）", quality.questions, quality.out_of_scope);
    let first = ["问题（库外）".to_owned(), count, String::new()];
    measure_table::measures(first, &MEASURES, quality, &result.intervals).to_string()
}

fn comparison_table(comparison: &AnswerComparison) -> String {
    let header = ["与基线比较", "基线", "现在", "差", "差的 95 % 区间"];
    let table = measure_table::changes(&header, &MEASURES, &comparison.measures);
    let (won, lost) = (&comparison.won, &comparison.lost);
    let mut text = format!(
        "{table}\n首位命中：新答对 {} 题，新答错 {} 题，精确 McNemar 检验 {}\n",
        won.len(),
        lost.len(),
        p_label(comparison.p_value)
    );
    for (mark, changes) in [('+', won), ('-', lost)] {
        for change in changes {
            text.push_str(&format!("{mark} {}（{}）\n", change.question, change.faq_id));
        }
    }
    text
}
