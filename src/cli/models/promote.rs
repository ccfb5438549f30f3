//! `yingda promote`: lets a candidate model take the place of the current one, unless it is worse.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::evaluate_tickets::table;
use crate::evaluation::tickets::compare;
use crate::tickets::{
    LEAST_PROMOTION_ROWS, Labels, MANIFEST, PairedModels, PromotionVerdict, install_bundle, load_bundle, pair,
    read_bundle_files, read_tickets, recover_bundle,
};

/// 比较候选模型与现用模型，不差才替换
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 候选模型目录
    #[arg(long, value_name = "DIR")]
    pub candidate: PathBuf,
    /// 现用模型目录；尚不存在时直接放入候选模型
    #[arg(long, value_name = "DIR")]
    pub current: PathBuf,
    /// 两个模型都没训练过的带标签工单
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub tickets: Vec<PathBuf>,
}

/// Compares and, if the candidate is not worse, swaps; exit code 1 if it stays where it is.
///
/// # Errors
/// An unreadable model or ticket file, or a failed write; the current model stays.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let candidate = load_bundle(&args.candidate)?;
    let recovered = recover_bundle(&args.current)?;
    let rows = read_tickets(&args.tickets, Labels::Required)?;
    let mut out = std::io::stdout().lock();
    if recovered {
        writeln!(out, "上一次替换中途停下，已恢复原来的模型：{}", args.current.display())?;
    }
    if args.current.join(MANIFEST).is_file() {
        let current = load_bundle(&args.current)?;
        let found = pair(&candidate, &current, rows);
        writeln!(out, "{}", summary(&found, &current.version))?;
        if let Some(reason) = refusal(&found) {
            writeln!(out, "未替换：{reason}")?;
            return Ok(ExitCode::FAILURE);
        }
    }
    install_bundle(&read_bundle_files(&args.candidate)?, &args.current)?;
    writeln!(out, "已替换：{} 现为版本 {}", args.current.display(), candidate.version)?;
    Ok(ExitCode::SUCCESS)
}

fn summary(found: &PairedModels, current_version: &str) -> String {
    let rows = format!("工单 {} 条（另有 {} 条训练过，已排除）", found.rows.len(), found.excluded);
    if found.rows.is_empty() {
        return rows;
    }
    let header = ["与现用模型比较", "现用", "候选", "差", "差的 95 % 区间"];
    format!("{rows}\n{}", table::comparison(&compare(found, current_version), &header).trim_end())
}

fn refusal(found: &PairedModels) -> Option<String> {
    match found.verdict() {
        PromotionVerdict::Promote => None,
        PromotionVerdict::Worse => Some("候选模型明显更差".to_owned()),
        PromotionVerdict::TooFewRows => {
            Some(format!("两个模型都没训练过的工单只有 {} 条，至少要 {LEAST_PROMOTION_ROWS} 条", found.rows.len()))
        }
    }
}
