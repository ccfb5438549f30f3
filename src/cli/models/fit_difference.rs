//! `yingda fit-difference`: fits the judgement of differences on written pairs and writes the model file that ships.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use serde::Deserialize;

use crate::config::default_time_zone;
use crate::corpus::load_dir;
use crate::difference::Feature;
use crate::difference::fit::pairs::{WrittenPair, from_json_lines, from_lines};
use crate::difference::fit::{Row, fit};
use crate::encoder::{EncoderKind, SentenceEncoder};
use crate::ranking::fit::difference_rows::{rows_of_corpus, rows_of_pairs};
use crate::ranking::fit::gate::initial_model;
use crate::ranking::{EmbeddingTable, Matcher, RankingModels};

/// How much a pair written by hand counts beside a generated one.
const BY_HAND: f32 = 3.0;

/// 用写好的成对问题训练“差别”模型，结果随程序发布。
#[derive(Debug, Args)]
pub struct FitDifference {
    /// 成对问题的目录
    #[arg(long, value_name = "DIR", default_value = "models/difference/pairs")]
    pairs: PathBuf,
    /// 改写组的目录
    #[arg(long, value_name = "DIR", default_value = "models/encoder/paraphrases")]
    paraphrases: PathBuf,
    /// 知识库目录，用其中的标注问题（calibration.jsonl）
    #[arg(long, value_name = "DIR", default_value = "corpus")]
    corpus: PathBuf,
    /// 编码器：standard 或 accurate
    #[arg(long, value_name = "编码器", default_value = "standard", value_parser = crate::cli::values::encoder_kind)]
    encoder: EncoderKind,
    /// 写到此文件；不给则写到 models/difference 下以编码器命名的文件
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// 另把训练数据写成 CSV，供查看
    #[arg(long, value_name = "FILE")]
    table: Option<PathBuf>,
}

/// One meaning in several wordings.
#[derive(Debug, Deserialize)]
struct Paraphrases {
    family: String,
    questions: Vec<String>,
}

/// Runs the command.
///
/// # Errors
/// A corpus with issues, files of pairs that cannot be read, or a file that cannot be written.
pub fn run(args: &FitDifference) -> anyhow::Result<ExitCode> {
    let encoder = SentenceEncoder::embedded(args.encoder)?;
    let mut rows: Vec<(&str, Vec<Row>)> = Vec::new();
    for path in files(&args.pairs)? {
        let text = read(&path)?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(".jsonl") {
            rows.push(("generated", rows_of_pairs(&from_json_lines(&name, &text)?, 1.0, &encoder)));
        } else if name.ends_with(".txt") {
            rows.push(("hand", rows_of_pairs(&from_lines(&name, &text)?, BY_HAND, &encoder)));
        }
    }
    let mut paraphrases = Vec::new();
    for path in files(&args.paraphrases)?.iter().filter(|path| path.extension().is_some_and(|ext| ext == "jsonl")) {
        paraphrases.extend(paraphrase_pairs(path)?);
    }
    rows.push(("paraphrases", rows_of_pairs(&paraphrases, 1.0, &encoder)));
    rows.push(("labelled", labelled(args, &encoder)?));

    if let Some(path) = &args.table {
        write_table(path, &rows)?;
    }
    let all: Vec<Row> = rows.into_iter().flat_map(|(_, rows)| rows).collect();
    let model = fit(&all, encoder.version());
    let usual = || PathBuf::from(format!("models/difference/{}.json", args.encoder.name()));
    let path = args.out.clone().unwrap_or_else(usual);
    let mut json = serde_json::to_vec(&model)?;
    json.push(b'\n');
    std::fs::write(&path, json).with_context(|| format!("写不了 {}", path.display()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "已写入 {}：{} 对问题", path.display(), model.pairs)?;
    Ok(ExitCode::SUCCESS)
}

/// Files of a directory in the order of their names.
fn files(dir: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let listing = std::fs::read_dir(dir).with_context(|| format!("读不了目录 {}", dir.display()))?;
    let mut found = listing.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    found.retain(|path| path.is_file());
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("读不了 {}", path.display()))
}

/// Wordings of one meaning as pairs that say the same, and the nearest wording of a sister meaning as one that does
/// not. By turns, so that both are about as many.
fn paraphrase_pairs(path: &Path) -> anyhow::Result<Vec<WrittenPair>> {
    let mut families: BTreeMap<String, Vec<Vec<String>>> = BTreeMap::new();
    for (at, line) in read(path)?.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let meaning: Paraphrases =
            serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), at + 1))?;
        families.entry(meaning.family).or_default().push(meaning.questions);
    }
    let group = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    let mut turn = 0_usize;
    for meanings in families.values() {
        for (at, wordings) in meanings.iter().enumerate().filter(|(_, wordings)| wordings.len() > 1) {
            turn += 1;
            let asked = &wordings[1 + turn % (wordings.len() - 1)];
            let nearest = meanings
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .flat_map(|(_, others)| others)
                .max_by_key(|other| shared_characters(asked, other));
            let (stored, same) = match nearest {
                Some(nearest) if turn % 9 >= 5 => (nearest, false),
                _ => (&wordings[0], true),
            };
            found.push(WrittenPair { asked: asked.clone(), stored: stored.clone(), same, group: group.clone() });
        }
    }
    Ok(found)
}

/// Shared characters in thousandths of both lengths.
fn shared_characters(a: &str, b: &str) -> usize {
    let shared = a.chars().filter(|c| b.contains(*c)).count();
    shared * 1_000 / (a.chars().count() + b.chars().count()).max(1)
}

fn labelled(args: &FitDifference, encoder: &Arc<SentenceEncoder>) -> anyhow::Result<Vec<Row>> {
    let corpus = match load_dir(&args.corpus, &default_time_zone()?) {
        Ok(corpus) => corpus,
        Err(issues) => bail!("{}", issues.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
    };
    let ranker = Arc::new(initial_model(args.encoder, encoder));
    let models = RankingModels { ranker, encoder: Arc::clone(encoder) };
    let matcher = Matcher::prepare(&corpus, &models, &EmbeddingTable::default())?;
    Ok(rows_of_corpus(&matcher, &corpus, 1.0)?)
}

fn write_table(path: &Path, rows: &[(&str, Vec<Row>)]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_path(path)?;
    let names = Feature::ALL.iter().map(|feature| feature.name());
    writer.write_record(["source", "same"].into_iter().chain(names))?;
    for (source, rows) in rows {
        for row in rows {
            let values = row.features.0.iter().map(ToString::to_string);
            writer.write_record([(*source).to_owned(), row.same.to_string()].into_iter().chain(values))?;
        }
    }
    writer.flush()?;
    Ok(())
}
