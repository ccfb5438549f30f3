//! `yingda fit-ranker`: fits the gate of the ranker on a corpus and writes the model file that ships.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use clap::Args;

use crate::config::default_time_zone;
use crate::corpus::load_dir;
use crate::ranking::{Matcher, fit};

/// 用知识库自己的相似问训练排序模型的把关部分，结果随程序发布。
#[derive(Debug, Args)]
pub struct FitRanker {
    /// 知识库目录
    #[arg(long, value_name = "DIR", default_value = "corpus")]
    corpus: PathBuf,
    /// 写到此文件
    #[arg(long, value_name = "FILE", default_value = "models/ranker/ranker.json")]
    out: PathBuf,
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
    let matcher = Matcher::prepare(&corpus, Arc::new(fit::initial_model()))?;
    let model = fit::fit(&matcher, &corpus.version)?;
    let mut json = serde_json::to_vec_pretty(&model)?;
    json.push(b'\n');
    std::fs::write(&args.out, json).with_context(|| format!("写不了 {}", args.out.display()))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "已写入 {}：{} 行训练数据", args.out.display(), model.gate_rows)?;
    Ok(ExitCode::SUCCESS)
}
