//! `yingda evaluate tickets`: a model, a split or folds measured on labelled tickets. The measuring is the business of
//! `evaluation`.

pub(super) mod table;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};

use crate::cli::progress::with_steps;
use crate::evaluation::tickets::{
    EvaluatedTickets, TicketComparison, TicketEvaluation, by_folds, by_model, by_paired_models, by_split, compare,
    report, write_predictions,
};
use crate::tickets::{
    Bundle, Dataset, LabelField, Labels, TicketRow, TrainOptions, load_bundle, pair, read_labelled, read_tickets,
};

/// 评测工单分派：准确率、各技能组、混淆、校准、直接分派与候选集，都带置信区间。
///
/// 三种评测选一种：--model 和 --tickets（训练过的工单自动排除），--train 和 --test，--folds 和 --tickets。
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 模型目录；与 --tickets 同用
    #[arg(long, value_name = "DIR")]
    pub model: Option<PathBuf>,
    /// 带标签的工单文件，可给多个
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub tickets: Vec<PathBuf>,
    /// 用这些工单训练；与 --test 同用
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub train: Vec<PathBuf>,
    /// 在这些工单上评测
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub test: Vec<PathBuf>,
    /// 对 --tickets 做几折交叉验证，2 到 20
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(2..=20))]
    pub folds: Option<u8>,
    /// 评测哪一个字段：技能组、是否投诉或优先级
    #[arg(long, default_value = "skill_group", value_name = "skill_group|complaint|priority|manner", value_parser = crate::cli::values::label_field)]
    pub label: LabelField,
    /// 随机种子
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// 训练时的句意编码器：standard、accurate，或 none（只用词语）
    #[arg(long, default_value = "standard", value_name = "编码器", value_parser = crate::cli::values::encoder_or_none)]
    pub encoder: crate::cli::values::EncoderOrNone,
    /// 与这个模型逐条比较；与 --model 同用，任一模型训练过的工单都排除
    #[arg(long, value_name = "DIR")]
    pub compare: Option<PathBuf>,
    /// 库外工单文件：不属于任何技能组，不需要标签；看有多少被直接分派
    #[arg(long, value_name = "FILE")]
    pub oos: Option<PathBuf>,
    /// 报告写入此 HTML 文件：指标、各组、混淆矩阵、曲线、分错的工单
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// 逐条预测写入此 CSV 文件，不含工单文本
    #[arg(long, value_name = "FILE")]
    pub predictions: Option<PathBuf>,
    /// 以 JSON 输出，含逐条结果
    #[arg(long)]
    pub json: bool,
}

/// What is measured.
enum Mode<'a> {
    Model(&'a Path),
    Split,
    Folds(usize),
}

/// Measures and prints. Everything is measured before anything is written.
///
/// # Errors
/// Unreadable tickets or model, or a combination of options that measures nothing.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mode = mode(args)?;
    let outside =
        args.oos.as_ref().map(|file| read_tickets(std::slice::from_ref(file), Labels::Optional)).transpose()?;
    let options = TrainOptions { seed: args.seed, encoder: args.encoder.0, ..TrainOptions::default() };
    let (evaluated, comparison) = match mode {
        Mode::Model(dir) => judge_model(args, dir, outside)?,
        Mode::Split => {
            let test = read_labelled(&args.test, args.label)?;
            let data = Dataset::new(read_labelled(&args.train, args.label)?)?;
            (with_steps("训练", |step| by_split(&data, test, outside, &options, step))?, None)
        }
        Mode::Folds(folds) => {
            let data = Dataset::new(read_labelled(&args.tickets, args.label)?)?;
            let options = TrainOptions { folds, ..options };
            (with_steps("交叉验证", |step| by_folds(&data, outside, &options, step))?, None)
        }
    };
    let result = TicketEvaluation::new(&evaluated, comparison);
    write_files(args, &result)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&result)?)?;
    } else {
        write!(out, "{}", table::evaluation(&result))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The one way to measure that the options name.
fn mode(args: &Args) -> anyhow::Result<Mode<'_>> {
    let split = !args.train.is_empty() || !args.test.is_empty();
    if usize::from(args.model.is_some()) + usize::from(split) + usize::from(args.folds.is_some()) > 1 {
        bail!("--model、--train 和 --test、--folds 是三种评测，只能选一种");
    }
    if args.compare.is_some() && args.model.is_none() {
        bail!("--compare 只能与 --model 同用：比较的是两个训练好的模型");
    }
    if split && (args.train.is_empty() || args.test.is_empty()) {
        bail!("--train 和 --test 要一起给出");
    }
    if split && !args.tickets.is_empty() {
        bail!("给了 --train 和 --test 就不要再给 --tickets");
    }
    if !split && args.tickets.is_empty() && (args.model.is_some() || args.folds.is_some()) {
        bail!("请用 --tickets 给出带标签的工单");
    }
    match (&args.model, args.folds) {
        (Some(dir), _) => Ok(Mode::Model(dir)),
        (None, Some(folds)) => Ok(Mode::Folds(usize::from(folds))),
        (None, None) if split => Ok(Mode::Split),
        (None, None) => bail!("请给出 --model 与 --tickets，或 --train 与 --test，或 --folds 与 --tickets"),
    }
}

fn judge_model(
    args: &Args,
    dir: &Path,
    outside: Option<Vec<TicketRow>>,
) -> anyhow::Result<(EvaluatedTickets, Option<TicketComparison>)> {
    let model = load(dir)?;
    let other = args.compare.as_deref().map(load).transpose()?;
    let rows = read_labelled(&args.tickets, args.label)?;
    let Some(other) = other else { return Ok((by_model(&model, rows, outside)?, None)) };
    let paired = pair(&model, &other, rows);
    let evaluated = by_paired_models(&model, &paired, outside)?;
    Ok((evaluated, Some(compare(&paired, &other.version))))
}

fn load(dir: &Path) -> anyhow::Result<Bundle> {
    load_bundle(dir).with_context(|| format!("模型目录 {} 不能用", dir.display()))
}

fn write_files(args: &Args, result: &TicketEvaluation) -> anyhow::Result<()> {
    if let Some(path) = &args.predictions {
        let outside = result.out_of_scope.iter().flat_map(|outside| &outside.outcomes);
        let mut file = Vec::new();
        write_predictions(result.outcomes.iter().chain(outside), &mut file)?;
        std::fs::write(path, file).with_context(|| format!("写不了 {}", path.display()))?;
    }
    if let Some(path) = &args.report {
        std::fs::write(path, report::html(result)?).with_context(|| format!("写不了 {}", path.display()))?;
    }
    Ok(())
}
