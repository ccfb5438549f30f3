//! `yingda man`: one manual page a command, in roff.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use super::super::command;

/// 写出手册页（man），每个命令一页
#[derive(Debug, clap::Args)]
pub struct PagesArgs {
    /// 写到哪个目录（不存在时自动创建）
    #[arg(value_name = "目录")]
    out: PathBuf,
}

/// Writes `yingda.1`, `yingda-check.1` and so on.
///
/// # Errors
/// The directory cannot be made or written.
pub fn run(args: &PagesArgs) -> anyhow::Result<ExitCode> {
    std::fs::create_dir_all(&args.out).with_context(|| format!("无法创建目录 {}", args.out.display()))?;
    // The argument that the program adds by hand is no command; help is a flag everywhere.
    clap_mangen::generate_to(command().disable_help_subcommand(true), &args.out)
        .with_context(|| format!("无法写入 {}", args.out.display()))?;
    Ok(ExitCode::SUCCESS)
}
