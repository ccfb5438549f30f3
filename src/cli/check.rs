//! `yingda check`: loads configuration, corpus and model like the service would and prints everything found. Changes
//! nothing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::{Config, RawConfig};
use crate::corpus::{Corpus, DEFAULT_ZONE, Issue, embedded, load_dir, load_files};
use crate::encoder::EncoderKind;
use crate::gate::self_retrieval::{SelfRetrieval, ask_own_questions};
use crate::knowledge_base::models;
use crate::policy::{PolicySettings, PolicyStatement};
use crate::ranking::EmbeddingTable;
use crate::snapshot::Snapshot;

/// What to check.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// 知识库目录；不写则检查内置的知识库
    #[arg(long, value_name = "目录", env = "YINGDA_CORPUS")]
    pub corpus: Option<PathBuf>,
    /// 配置文件（TOML）；不写则不检查配置
    #[arg(long, value_name = "文件", env = "YINGDA_CONFIG")]
    pub config: Option<PathBuf>,
    /// 分派模型目录；不写则检查内置的模型
    #[arg(long, value_name = "目录", env = "YINGDA_MODEL")]
    pub model: Option<PathBuf>,
    /// 没有写时区的日期按哪个时区理解
    #[arg(long, value_name = "时区", default_value = DEFAULT_ZONE, value_parser = super::zone)]
    pub zone: TimeZone,
    /// 以 JSON 输出，供脚本读取
    #[arg(long)]
    pub json: bool,
}

/// Checks a corpus and prints the findings; exit code 1 on any issue, 0 with warnings only.
///
/// # Errors
/// When standard output cannot be written or the index cannot be built.
pub fn run(args: &CheckArgs) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let found = load_corpus(args.corpus.as_deref(), &args.zone);
    let surroundings = surroundings(args, found.as_ref().ok())?;
    let prepared = surroundings.prepared.as_ref();
    let mut sound = if args.json { print_json(&found, prepared, &mut out)? } else { print(&found, &mut out)? };
    if let (false, Some(prepared)) = (args.json, prepared) {
        print_policy(&prepared.snapshot.statement, &mut out)?;
        print_self_retrieval(&prepared.own, &mut out)?;
    }
    let mut err = std::io::stderr().lock();
    for problem in surroundings.findings {
        match problem {
            Surrounding::Problem(text) => {
                sound = false;
                writeln!(err, "{text}")?;
            }
            Surrounding::Warning(text) => writeln!(err, "提醒 {text}")?,
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A finding about what stands around the corpus.
enum Surrounding {
    Problem(String),
    Warning(String),
}

/// What stands around the corpus, and the corpus as it would be served where all of it can be used.
struct Surroundings {
    findings: Vec<Surrounding>,
    prepared: Option<Prepared>,
}

/// A corpus as it would be served, and how it finds its own questions.
struct Prepared {
    snapshot: Snapshot,
    own: SelfRetrieval,
}

/// Findings about configuration and model, and about the model beside the corpus.
fn surroundings(args: &CheckArgs, corpus: Option<&Corpus>) -> anyhow::Result<Surroundings> {
    let mut findings = Vec::new();
    let (mut settings, mut encoder) = (PolicySettings::default(), EncoderKind::default());
    match args.config.as_deref().map(|path| Config::check(RawConfig::from_file(path))) {
        Some(Ok(config)) => (settings, encoder) = (config.policy, config.encoder),
        Some(Err(problems)) => {
            findings.extend(problems.iter().map(|problem| Surrounding::Problem(format!("配置 {problem}"))));
        }
        None => {}
    }
    let models = match models(args.model.as_deref(), encoder, settings) {
        Ok(models) => models,
        Err(error) => {
            findings.push(Surrounding::Problem(format!("模型：{error}")));
            return Ok(Surroundings { findings, prepared: None });
        }
    };
    let Some(corpus) = corpus else { return Ok(Surroundings { findings, prepared: None }) };
    findings.extend(models.router.warnings(&corpus.routing).into_iter().map(Surrounding::Warning));
    let now = super::clock::now();
    let snapshot = Snapshot::prepare(Arc::new(corpus.clone()), &models, &EmbeddingTable::default(), now)?;
    let own = ask_own_questions(&snapshot, now)?;
    Ok(Surroundings { findings, prepared: Some(Prepared { snapshot, own }) })
}

/// Prints the thresholds, what they rest on, and what evidence is missing.
fn print_policy(statement: &PolicyStatement, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(out, "{}", statement.summary)?;
    for line in &statement.missing {
        writeln!(out, "证据 {line}")?;
    }
    Ok(())
}

/// The corpus in a directory, or the embedded one.
///
/// # Errors
/// Every issue of it.
pub fn load_corpus(dir: Option<&Path>, zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    match dir {
        Some(dir) => load_dir(dir, zone),
        None => load_files(&embedded::files(), zone),
    }
}

/// Prints every finding as `file:line: message` and a summary; whether the corpus is sound.
///
/// # Errors
/// When `out` cannot be written.
pub fn print(found: &Result<Corpus, Vec<Issue>>, out: &mut dyn Write) -> std::io::Result<bool> {
    match found {
        Ok(corpus) => {
            for warning in &corpus.warnings {
                writeln!(out, "提醒 {warning}")?;
            }
            let questions: usize = corpus.entries.iter().map(|entry| entry.questions().count()).sum();
            writeln!(
                out,
                "知识库没有问题：{} 个条目，{questions} 个问法，{} 条提醒，版本 {}",
                corpus.entries.len(),
                corpus.warnings.len(),
                corpus.version
            )?;
            Ok(true)
        }
        Err(issues) => {
            print_issues(issues, out)?;
            Ok(false)
        }
    }
}

/// Prints issues one a line and says that nothing was done.
pub(super) fn print_issues(issues: &[Issue], out: &mut dyn Write) -> std::io::Result<()> {
    for issue in issues {
        writeln!(out, "错误 {issue}")?;
    }
    writeln!(out, "知识库有 {} 个问题，请改正后再试", issues.len())
}

/// Prints stored questions that find another entry, and entries that customers may get instead of each other.
fn print_self_retrieval(own: &SelfRetrieval, out: &mut dyn Write) -> std::io::Result<()> {
    let SelfRetrieval { asked, lost_total, near_total, .. } = own;
    writeln!(out, "自检：{asked} 个问法里有 {lost_total} 个先找到别的条目，{near_total} 对条目问法很接近而答案不同")?;
    for lost in &own.lost {
        writeln!(out, "提醒 {lost}")?;
    }
    for near in &own.near {
        writeln!(out, "提醒 {near}")?;
    }
    Ok(())
}

fn print_json(
    found: &Result<Corpus, Vec<Issue>>,
    prepared: Option<&Prepared>,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let report = match found {
        Ok(corpus) => serde_json::json!({
            "ok": true, "version": corpus.version, "entries": corpus.entries.len(),
            "issues": [], "warnings": corpus.warnings, "policy": prepared.map(|prepared| &prepared.snapshot.statement),
            "self_retrieval": prepared.map(|prepared| &prepared.own),
        }),
        Err(issues) => serde_json::json!({ "ok": false, "issues": issues, "warnings": [] }),
    };
    writeln!(out, "{report}")?;
    Ok(found.is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_every_issue_with_its_place() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.csv"), "问题,答案\n一,\n,乙\n").unwrap();
        let found = load_corpus(Some(dir.path()), &TimeZone::UTC);
        let mut out = Vec::new();
        assert!(!print(&found, &mut out).unwrap());
        let shown = String::from_utf8(out).unwrap();
        assert_eq!(
            shown,
            "错误 a.csv:2: 答案为空，请填写\n错误 a.csv:3: 问题为空，请填写标准问\n知识库有 2 个问题，请改正后再试\n"
        );
    }
}
