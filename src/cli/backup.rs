//! `yingda backup` and `yingda restore`: the state directory in one file and back.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::backup::{BackupError, Manifest, restore, take};

/// 把状态目录备份成一个文件，服务运行时也可以
#[derive(Debug, clap::Args)]
pub struct BackupArgs {
    /// 备份写到哪个文件（zip），写完整了才会出现
    #[arg(value_name = "文件")]
    archive: PathBuf,
    #[command(flatten)]
    state: StateArg,
}

/// 从备份恢复状态目录
///
/// 先核对备份里的每一个文件，全部无误才放到位；目录必须是空的或者还不存在。
#[derive(Debug, clap::Args)]
pub struct RestoreArgs {
    /// 备份文件
    #[arg(value_name = "文件")]
    archive: PathBuf,
    #[command(flatten)]
    state: StateArg,
}

#[derive(Debug, clap::Args)]
struct StateArg {
    /// 状态目录
    #[arg(long, env = "YINGDA_DATA", value_name = "目录", default_value = "yingda-data", hide_env_values = true)]
    data: PathBuf,
}

/// Takes a backup and says what is in it.
///
/// # Errors
/// See [`take`].
pub fn run_backup(args: &BackupArgs) -> anyhow::Result<ExitCode> {
    let taken = take(&args.state.data, &args.archive).map_err(explained)?;
    said(&format!("已备份到 {}", args.archive.display()), &taken)
}

/// Restores a backup and says what was in it.
///
/// # Errors
/// See [`restore`].
pub fn run_restore(args: &RestoreArgs) -> anyhow::Result<ExitCode> {
    let restored = restore(&args.archive, &args.state.data).map_err(explained)?;
    said(&format!("已恢复到 {}", args.state.data.display()), &restored)
}

fn said(done: &str, manifest: &Manifest) -> anyhow::Result<ExitCode> {
    let bytes: u64 = manifest.files.iter().map(|file| file.bytes).sum();
    let mut out = std::io::stdout().lock();
    writeln!(out, "{done}：{} 个文件，{bytes} 字节，由 {} 版备份", manifest.files.len(), manifest.program)
        .context("无法输出")?;
    Ok(ExitCode::SUCCESS)
}

/// The error in the operator's language, its cause below it.
fn explained(error: BackupError) -> anyhow::Error {
    let said = match &error {
        BackupError::File(_) => "文件读写失败，没有改变任何东西".to_owned(),
        BackupError::Archive { path, .. } => format!("{} 不是完整的备份", path.display()),
        BackupError::Manifest { path, .. } => format!("{} 里的文件清单读不了", path.display()),
        BackupError::Newer { path, program } => {
            format!("{} 由更新的程序（{program}）备份，请用那一版恢复", path.display())
        }
        BackupError::Damaged { file } => format!("备份里的 {file} 已损坏，没有恢复任何东西"),
        BackupError::NotEmpty { path } => {
            format!("{} 里已有文件：请先停止服务，把原来的目录改名，再恢复", path.display())
        }
        BackupError::Inside { path } => format!("备份 {} 不能放在被备份的目录里", path.display()),
    };
    anyhow::Error::new(error).context(said)
}
