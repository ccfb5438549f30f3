//! `yingda train`: ticket files → a model bundle with its report.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;

use crate::tickets::{
    DEFAULT_MAX_TERMS, Dataset, LabelField, TrainOptions, bundle_files, check_bundle_target, install_bundle,
    read_labelled, train,
};

use crate::cli::evaluate_tickets::table;
use crate::cli::progress::with_steps;

/// 用带标签的工单训练分派模型
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 工单文件（JSONL、CSV 或 XLSX）或其所在目录，可给多个
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    pub tickets: Vec<PathBuf>,
    /// 模型输出目录；已有模型会被替换，其他内容不会被覆盖
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// 学哪一个字段：技能组、是否投诉、优先级或语气
    #[arg(long, default_value = "skill_group", value_name = "skill_group|complaint|priority|manner", value_parser = crate::cli::values::label_field)]
    pub label: LabelField,
    /// 随机种子：同样的工单和种子得到逐字节相同的模型
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// 留出多少工单来评测，0.05 到 0.5
    #[arg(long, default_value_t = 0.2, value_parser = holdout)]
    pub holdout: f64,
    /// 最多保留多少个词语特征
    #[arg(long, default_value_t = DEFAULT_MAX_TERMS, value_parser = at_least_one)]
    pub max_terms: usize,
    /// 句意编码器：standard、accurate，或 none（只用词语）
    #[arg(long, default_value = "standard", value_name = "编码器", value_parser = crate::cli::values::encoder_or_none)]
    pub encoder: crate::cli::values::EncoderOrNone,
    /// 以 JSON 输出报告
    #[arg(long)]
    pub json: bool,
}

fn holdout(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "应为小数，例如 0.2".to_owned())?;
    if (0.05..=0.5).contains(&share) { Ok(share) } else { Err("应在 0.05 到 0.5 之间".to_owned()) }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| *n > 0).ok_or_else(|| "应为正整数".to_owned())
}

/// Trains, writes the bundle, prints the report.
///
/// # Errors
/// Unreadable or unusable tickets, a target that holds something else, a failed write.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    check_bundle_target(&args.out)?;
    let data = Dataset::new(read_labelled(&args.tickets, args.label)?)?;
    let mut log = std::io::stderr().lock();
    for issue in &data.contradictions {
        writeln!(log, "警告 {issue}")?;
    }
    drop(log);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "2..=20 by the check of holdout")]
    let folds = (1.0 / args.holdout).round() as usize;
    let options = TrainOptions { seed: args.seed, folds, max_terms: args.max_terms, encoder: args.encoder.0 };
    let trained = with_steps("训练", |step| train(&data, &options, step))?;
    let files = bundle_files(&trained, &options, &data.keys())?;
    install_bundle(&files, &args.out).with_context(|| format!("写不了模型目录 {}", args.out.display()))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&trained.report)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    let report = &trained.report;
    writeln!(
        out,
        "工单 {} 条，重复 {} 条，空 {} 条，标签矛盾 {} 条",
        report.rows, report.duplicates, report.empty, report.contradictions
    )?;
    writeln!(
        out,
        "词语 {} 个，标签 {} 个；以下在留出的 {} 条上评测：",
        report.terms,
        trained.labels.len(),
        report.held_out.rows
    )?;
    writeln!(out, "{}", table::measures(&report.held_out))?;
    if let Some(missing) = table::evidence(&report.evidence) {
        writeln!(out, "按全部训练工单（每条由没见过它的模型判断）：\n{missing}")?;
    }
    writeln!(out, "模型已写入 {}", args.out.display())?;
    Ok(ExitCode::SUCCESS)
}
