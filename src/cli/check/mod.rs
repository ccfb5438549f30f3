//! `yingda check`: looks at everything that `serve` with the same configuration would serve, every knowledge base of it,
//! and prints what it finds. Changes nothing, claims nothing.

mod knowledge_base;
mod screen;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use jiff::tz::TimeZone;

use crate::config::{Config, DEFAULT_KB, Flags, RawConfig};
use crate::corpus::{Corpus, Issue, embedded, load_dir, load_files};

use super::served;
use knowledge_base::Checked;

pub(super) use screen::print_issues;

/// What to check.
#[derive(Debug, clap::Args)]
pub struct CheckArgs {
    /// 配置文件（TOML）；不写则检查内置的知识库，或参数和环境变量指定的
    #[arg(long, value_name = "文件", env = "YINGDA_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// 同 --time-zone
    #[arg(long, value_name = "时区", hide = true)]
    pub zone: Option<String>,
    /// 以 JSON 输出，供脚本读取
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Checks and prints the findings; exit code 1 where something could not be served or published, 0 with warnings only,
/// 2 for a wrong configuration.
///
/// # Errors
/// When standard output cannot be written or an index cannot be built.
pub fn run(args: CheckArgs) -> anyhow::Result<ExitCode> {
    let mut out = std::io::stdout().lock();
    let flags = args.flags.with_time_zone(args.zone, "--zone");
    let config = match Config::check(RawConfig::of(args.config.as_deref(), flags)) {
        Ok(config) => config,
        Err(problems) => {
            if args.json {
                let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
                writeln!(out, "{}", serde_json::json!({ "ok": false, "configuration": problems }))?;
            } else {
                problems.iter().try_for_each(|problem| writeln!(out, "错误 配置 {problem}"))?;
            }
            return Ok(ExitCode::from(2));
        }
    };
    let now = crate::clock::now();
    let mut sound = true;
    let mut reports = serde_json::Map::new();
    for (name, settings) in &config.knowledge_bases {
        let checked = Checked::new(&served::sources(name, settings, config.storage.data.as_deref()), now)?;
        sound &= checked.is_sound();
        if args.json {
            reports.insert(name.clone(), serde_json::to_value(&checked)?);
        } else {
            if config.knowledge_bases.len() > 1 {
                writeln!(out, "知识库 {name}")?;
            }
            screen::print(&checked, &mut out)?;
        }
    }
    if args.json {
        // What scripts read of the default knowledge base stands at the top as well.
        let mut report = reports.get(DEFAULT_KB).and_then(|report| report.as_object()).cloned().unwrap_or_default();
        report.insert("ok".to_owned(), sound.into());
        report.insert("knowledge_bases".to_owned(), reports.into());
        writeln!(out, "{}", serde_json::Value::Object(report))?;
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The corpus in a directory, or the embedded one.
///
/// # Errors
/// Every issue of it.
pub fn load_corpus(dir: Option<&Path>, zone: &TimeZone) -> Result<Corpus, Vec<Issue>> {
    match dir {
        Some(dir) => load_dir(dir, zone),
        None => load_files(&embedded::files(), zone),
    }
}
