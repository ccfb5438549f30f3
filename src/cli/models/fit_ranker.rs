//! `yingda fit-ranker`: fits the gate of the ranker on a corpus and writes the model file that ships.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use crate::config::default_time_zone;
use crate::corpus::load_dir;
use crate::encoder::{EncoderKind, SentenceEncoder};
use crate::ranking::{EmbeddingTable, Matcher, RankerModel, RankingModels, fit};

/// 用知识库的标注问题（calibration.jsonl）训练排序模型的把关部分，结果随程序发布。
#[derive(Debug, Args)]
pub struct FitRanker {
    /// 知识库目录
    #[arg(long, value_name = "DIR", default_value = "corpus")]
    corpus: PathBuf,
    /// 编码器：standard 或 accurate
    #[arg(long, value_name = "编码器", default_value = "standard", value_parser = crate::cli::values::encoder_kind)]
    encoder: EncoderKind,
    /// 写到此文件；不给则写到 models/ranker 下以编码器命名的文件
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
/// A corpus with issues or with too few questions, or a file that cannot be written.
pub fn run(args: &FitRanker) -> anyhow::Result<ExitCode> {
    let corpus = match load_dir(&args.corpus, &default_time_zone()?) {
        Ok(corpus) => corpus,
        Err(issues) => {
            let mut err = std::io::stderr().lock();
            for issue in issues {
                writeln!(err, "{issue}")?;
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let encoder = SentenceEncoder::embedded(args.encoder)?;
    let prepare = |ranker: RankerModel, known: &EmbeddingTable| {
        Matcher::prepare(&corpus, &RankingModels { ranker: Arc::new(ranker), encoder: Arc::clone(&encoder) }, known)
    };
    let plain = prepare(fit::gate::plain_model(args.encoder, &encoder), &EmbeddingTable::default())?;
    let (gate, gate_rows) = fit::gate::fit(&plain, &corpus)?;
    let fitted_on = corpus.version.clone();
    let mut model = RankerModel { gate, gate_rows, fitted_on, ..fit::gate::initial_model(args.encoder, &encoder) };
    let fitted = prepare(model.clone(), &plain.meanings.embeddings)?;
    model.reference = fitted.own_reference().thinned();
    model.wrong_confidence = fitted.wrong_confidence(&corpus)?;
    let usual = || PathBuf::from(format!("models/ranker/{}.json", args.encoder.name()));
    let path = args.out.clone().unwrap_or_else(usual);
    let mut json = serde_json::to_vec_pretty(&model)?;
    json.push(b'\n');
    std::fs::write(&path, json).with_context(|| format!("写不了 {}", path.display()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "已写入 {}：{} 行训练数据", path.display(), model.gate_rows)?;
    Ok(ExitCode::SUCCESS)
}
