//! `yingda tickets doctor`: what is wrong with labelled tickets, on the terminal or as JSON.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use comfy_table::presets::UTF8_HORIZONTAL_ONLY;
use comfy_table::{ContentArrangement, LineStyle, Table};

use crate::tickets::doctor::{Defect, Diagnosis, DiagnosisVerdict, Item, Severity, Spot, examine};
use crate::tickets::{LabelField, RawTicket, read_raw};

use super::progress::with_steps;

/// Items of a finding that are listed, where the number cannot be set.
const LISTED: usize = 8;
/// Groups that are listed.
const GROUPS: usize = 40;
/// Places of an item that are listed.
const PLACES: usize = 3;

/// 给工单体检：矛盾、标错、太小和分不清的组、泄漏、个人信息
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 带标签的工单文件（JSONL、CSV 或 XLSX）或其所在目录，可给多个
    #[arg(required = true, value_name = "FILE")]
    pub tickets: Vec<PathBuf>,
    /// 评测用的工单文件：查其中有没有训练文件里也有的
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub test: Vec<PathBuf>,
    /// 查哪一个字段的标签：技能组、是否投诉或优先级
    #[arg(long, default_value = "skill_group", value_name = "skill_group|complaint|priority|manner", value_parser = crate::cli::values::label_field)]
    pub label: LabelField,
    /// 最多列出多少条可能标错的工单；--json 不受限制
    #[arg(long, default_value_t = 20, value_name = "N")]
    pub top: usize,
    /// 随机种子：同样的工单和种子得到同样的结果
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// 以 JSON 输出全部结果
    #[arg(long)]
    pub json: bool,
}

/// Examines and prints.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let (tickets, test) = match read(args) {
        Ok(read) => read,
        Err(error) => {
            writeln!(std::io::stderr().lock(), "错误：{error:#}")?;
            return Ok(ExitCode::from(2));
        }
    };
    let found = with_steps("检查", |step| examine(&tickets, &test, args.seed, step))?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&found)?)?;
    } else {
        print(&found, args.top, &mut out)?;
    }
    Ok(if found.verdict == DiagnosisVerdict::MendFirst { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn read(args: &Args) -> anyhow::Result<(Vec<RawTicket>, Vec<RawTicket>)> {
    Ok((read_raw(&args.tickets, args.label)?, read_raw(&args.test, args.label)?))
}

/// Prints every finding with its worst items, then one line for each severity and the verdict.
///
/// # Errors
/// When `out` cannot be written.
pub fn print(found: &Diagnosis, top: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let test = if found.test_rows > 0 { format!("，测试工单 {} 条", found.test_rows) } else { String::new() };
    writeln!(out, "工单 {} 条，技能组 {} 个{test}\n", found.rows, found.groups)?;
    for finding in &found.findings {
        writeln!(out, "{} {}", name(finding.severity), finding.message)?;
        writeln!(out, "     {}", finding.advice)?;
        let listed = match finding.kind {
            "suspect_labels" => top,
            _ if finding.items.iter().all(|item| item.places.is_empty()) => GROUPS,
            _ => LISTED,
        };
        if !finding.items.is_empty() && listed > 0 {
            writeln!(out, "{}", table(finding, listed))?;
        }
        if finding.items.len() > listed {
            writeln!(out, "     另有 {} 处没有列出（--json 列出全部）", finding.items.len() - listed)?;
        }
        writeln!(out)?;
    }
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        writeln!(out, "{}", summary(found, severity))?;
    }
    writeln!(out, "结论：{}", verdict(found.verdict))
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "错误",
        Severity::Warning => "警告",
        Severity::Note => "说明",
    }
}

/// The number of findings of one severity and their stable names.
fn summary(found: &Diagnosis, severity: Severity) -> String {
    let kinds: Vec<&str> =
        found.findings.iter().filter(|finding| finding.severity == severity).map(|finding| finding.kind).collect();
    let listed = if kinds.is_empty() { String::new() } else { format!("：{}", kinds.join("、")) };
    format!("{} {} 项{listed}", name(severity), kinds.len())
}

fn verdict(verdict: DiagnosisVerdict) -> &'static str {
    match verdict {
        DiagnosisVerdict::MendFirst => "先改正错误再训练，否则模型或评测会被带偏",
        DiagnosisVerdict::LookFirst => "可以训练；建议先看过警告",
        DiagnosisVerdict::Sound => "没有发现问题，可以训练",
    }
}

fn table(finding: &Defect, listed: usize) -> Table {
    let with_places = finding.items.iter().any(|item| !item.places.is_empty());
    let with_texts = finding.items.iter().flat_map(|item| &item.places).any(|spot| spot.text.is_some());
    let one_line = finding.items.iter().all(|item| item.places.len() <= 1);
    // Items of several lines need a line between them.
    let style = if one_line { UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()) } else { UTF8_HORIZONTAL_ONLY };
    let mut table = Table::new();
    table.load_style(style).set_content_arrangement(ContentArrangement::Dynamic);
    let mut header = Vec::new();
    header.extend(with_places.then_some(["位置", "标签"]).into_iter().flatten());
    header.extend(finding.columns);
    header.extend(with_texts.then_some("正文"));
    table.set_header(header);
    for item in finding.items.iter().take(listed) {
        let mut cells = Vec::new();
        if with_places {
            let places = lines(item, |spot| format!("{}:{}", spot.file, spot.line));
            let more = item.places.len() > PLACES;
            cells.push(if more { format!("{places}\n……共 {} 条", item.places.len()) } else { places });
            cells.push(lines(item, |spot| spot.label.clone()));
        }
        cells.extend(item.cells.iter().cloned());
        if with_texts {
            cells.push(lines(item, |spot| spot.text.clone().unwrap_or_default()));
        }
        table.add_row(cells);
    }
    table
}

/// One line for each of the first places.
fn lines(item: &Item, show: impl Fn(&Spot) -> String) -> String {
    item.places.iter().take(PLACES).map(show).collect::<Vec<_>>().join("\n")
}
