//! `yingda completions`: what a shell needs to complete commands and flags.

use std::process::ExitCode;

use clap_complete::{Shell, generate};

use super::super::command;

/// 输出命令行补全脚本
#[derive(Debug, clap::Args)]
pub struct CompletionsArgs {
    /// 哪一种命令行：bash、zsh、fish、elvish 或 powershell
    #[arg(value_name = "命令行", value_enum)]
    shell: Shell,
}

/// Prints the script for one shell.
///
/// # Errors
/// When standard output cannot be written.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<ExitCode> {
    let mut script = Vec::new();
    generate(args.shell, &mut command(), "yingda", &mut script);
    std::io::Write::write_all(&mut std::io::stdout().lock(), &script)?;
    Ok(ExitCode::SUCCESS)
}
