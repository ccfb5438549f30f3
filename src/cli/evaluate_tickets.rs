//! `yingda evaluate tickets`: a model, a split or folds measured on labelled tickets.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use comfy_table::{CellAlignment, Table, presets::UTF8_HORIZONTAL_ONLY};

use crate::tickets::bundle;
use crate::tickets::dataset::Dataset;
use crate::tickets::evaluate::{evaluate, unseen};
use crate::tickets::measures::Measures;
use crate::tickets::ticket_file::{Labels, read_tickets};
use crate::tickets::train::{TrainOptions, cross_validate, train};

/// 评测工单分派：准确率、各技能组、混淆、校准、直接分派与候选集
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 模型目录；与 --tickets 同用
    #[arg(long, value_name = "DIR", conflicts_with_all = ["train", "test", "folds"], requires = "tickets")]
    pub model: Option<PathBuf>,
    /// 带标签的工单文件，可给多个
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub tickets: Vec<PathBuf>,
    /// 用这些工单训练；与 --test 同用
    #[arg(long, num_args = 1.., value_name = "FILE", requires = "test")]
    pub train: Vec<PathBuf>,
    /// 在这些工单上评测
    #[arg(long, num_args = 1.., value_name = "FILE", requires = "train")]
    pub test: Vec<PathBuf>,
    /// 对 --tickets 做几折交叉验证，2 到 20
    #[arg(long, value_name = "N", requires = "tickets", value_parser = clap::value_parser!(u8).range(2..=20))]
    pub folds: Option<u8>,
    /// 随机种子
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// 以 JSON 输出
    #[arg(long)]
    pub json: bool,
}

/// Measures and prints.
///
/// # Errors
/// Unreadable tickets or model, or a combination of options that measures nothing.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let options = TrainOptions { seed: args.seed, ..TrainOptions::default() };
    let measures = if let Some(dir) = &args.model {
        let loaded = bundle::load(dir)?;
        let (rows, seen) = unseen(&loaded, read_tickets(&args.tickets, Labels::Required)?);
        if seen > 0 {
            writeln!(std::io::stderr().lock(), "其中 {seen} 条是模型训练过的工单，已排除")?;
        }
        if rows.is_empty() {
            bail!("没有可评测的工单：全部是模型训练过的");
        }
        evaluate(&loaded.model, &loaded.manifest.labels, &rows)
    } else if !args.train.is_empty() {
        let data = Dataset::new(read_tickets(&args.train, Labels::Required)?)?;
        let trained = train(&data, &options, &|_, _| ())?;
        evaluate(&trained.model, &trained.labels, &read_tickets(&args.test, Labels::Required)?)
    } else if let Some(folds) = args.folds {
        let data = Dataset::new(read_tickets(&args.tickets, Labels::Required)?)?;
        cross_validate(&data, &TrainOptions { folds: usize::from(folds), ..options }, &|_, _| ())?
    } else {
        bail!("请给出 --model 与 --tickets，或 --train 与 --test，或 --folds 与 --tickets");
    };
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&measures)?)?;
    } else {
        writeln!(out, "{}", table(&measures))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Measures as text: one table by group, one line of figures, the largest confusions.
#[must_use]
pub fn table(measures: &Measures) -> String {
    let percent = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{:.1}%", value * 100.0));
    let mut groups = Table::new();
    groups.load_style(UTF8_HORIZONTAL_ONLY);
    groups.set_header(["技能组", "工单", "精确率", "召回率", "直接分派"]);
    for group in &measures.groups {
        let figures = [percent(group.precision), percent(group.recall), percent(group.routed)];
        let [precision, recall, routed] = figures;
        groups.add_row([group.label.clone(), group.rows.to_string(), precision, recall, routed]);
    }
    for column in groups.column_iter_mut().skip(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    let mut confusions: Vec<(usize, usize, usize)> = Vec::new();
    for (truth, row) in measures.confusion.iter().enumerate() {
        for (guess, count) in row.iter().enumerate().filter(|(guess, count)| *guess != truth && **count > 0) {
            confusions.push((*count, truth, guess));
        }
    }
    confusions.sort_by_key(|(count, truth, guess)| (std::cmp::Reverse(*count), *truth, *guess));
    let name = |group: usize| &measures.groups[group].label;
    let worst: Vec<String> = confusions
        .iter()
        .take(5)
        .map(|(count, truth, guess)| format!("{} → {}（{count}）", name(*truth), name(*guess)))
        .collect();
    format!(
        "{groups}\n准确率 {:.4}  宏平均 F1 {:.4}  校准误差 {:.4}\n直接分派 {}（其中正确 {}）  候选集含正确组 {}，平均 {:.2} 个\n最常混淆：{}",
        measures.accuracy,
        measures.macro_f1,
        measures.calibration_error,
        percent(Some(measures.routed)),
        percent(measures.routed_precision),
        percent(Some(measures.shortlist_coverage)),
        measures.shortlist_size,
        if worst.is_empty() { "无".to_owned() } else { worst.join("，") },
    )
}
