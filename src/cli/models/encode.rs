//! `yingda encode`: the network's vectors of texts, for fitting a projection.

use std::io::{BufRead, Write};
use std::process::ExitCode;

use clap::Args;

use crate::encoder::{EncoderKind, SentenceEncoder};
use crate::text::normalize;

/// 从标准输入逐行读文本，归一后编码，把向量（未投影，f32 小端）写到标准输出；用来训练投影。
#[derive(Debug, Args)]
pub struct Encode {
    /// 编码器：standard 或 accurate
    #[arg(long, value_name = "编码器", default_value = "standard", value_parser = crate::cli::values::encoder_kind)]
    encoder: EncoderKind,
}

/// Runs the command.
///
/// # Errors
/// When standard input or output fails.
pub fn run(args: &Encode) -> anyhow::Result<ExitCode> {
    let encoder = SentenceEncoder::embedded(args.encoder)?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for line in std::io::stdin().lock().lines() {
        for value in encoder.network(&normalize(&line?)) {
            out.write_all(&value.to_le_bytes())?;
        }
    }
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
