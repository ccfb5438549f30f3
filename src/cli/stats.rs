//! `yingda stats rebuild`: counts the sums behind the statistics anew from the records.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;

use crate::config::{Config, DatabaseUrl, Flags, RawConfig};
use crate::knowledge_base::cause_chain;
use crate::store::Store;

use super::served::State;

/// 按记录重新计算统计用的合计
///
/// 合计随每一次决定、反馈和评分一起更新，平时用不着这个命令。用 SQLite 时先停下服务；用 PostgreSQL 时要用一个没有服务
/// 在用的状态目录，计算期间别的副本照常回答，它们的记录留在日志文件里等待。
#[derive(Debug, clap::Args)]
pub struct RebuildArgs {
    /// 配置文件（TOML）
    #[arg(long, env = "YINGDA_CONFIG", value_name = "文件", hide_env_values = true)]
    config: Option<PathBuf>,
    #[command(flatten)]
    flags: Flags,
}

/// Counts anew; exit code 1 where there is nothing to count or somebody else uses it, 2 for a wrong configuration.
///
/// # Errors
/// The database cannot be opened or fails; nothing changed then.
pub fn run(args: RebuildArgs) -> anyhow::Result<ExitCode> {
    let mut err = std::io::stderr().lock();
    let config = match Config::check(RawConfig::of(args.config.as_deref(), args.flags)) {
        Ok(config) => config,
        Err(problems) => {
            problems.iter().try_for_each(|problem| writeln!(err, "{problem}"))?;
            return Ok(ExitCode::from(2));
        }
    };
    if let Some(path) = config.storage.data.as_ref().filter(|path| !path.exists()) {
        writeln!(err, "没有 {} 这个状态目录，也就没有记录", path.display())?;
        return Ok(ExitCode::FAILURE);
    }
    let state = match State::claim(&config) {
        Ok(state) => state,
        Err(error) => {
            writeln!(err, "状态目录不能使用，什么都没有改变：{}", cause_chain(&error))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let Some(dir) = state.path() else {
        writeln!(err, "没有状态目录，也就没有记录：{}", state.unkept.unwrap_or_else(|| "data 设为 none".to_owned()))?;
        return Ok(ExitCode::FAILURE);
    };
    let started = Instant::now();
    let url = config.storage.database_url.as_ref().map(DatabaseUrl::reveal);
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    runtime.block_on(async {
        let store = Store::open(dir, url).await.context("数据库打不开，什么都没有改变")?;
        let rebuilt = store.rebuild_totals().await;
        store.close().await;
        rebuilt.context("重新计算没有完成，原来的合计没有改变")
    })?;
    writeln!(std::io::stdout().lock(), "统计用的合计已按记录重新计算，用了 {:.1} 秒", started.elapsed().as_secs_f64())?;
    Ok(ExitCode::SUCCESS)
}
