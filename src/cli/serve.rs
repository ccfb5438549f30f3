//! `yingda serve`: configuration, runtime, signals. The protocol is the business of `http`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::{Config, DEFAULT_KB, Flags, RawConfig, sample};
use crate::http::{self, KnowledgeBases};
use crate::knowledge_base::{KnowledgeBase, PublishError, ReloadOptions, Sources};
use crate::telemetry;

use super::clock::now;

/// Flags of `yingda serve`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// 配置文件（TOML）
    #[arg(long, env = "YINGDA_CONFIG", value_name = "文件", hide_env_values = true)]
    config: Option<PathBuf>,
    /// 打印带说明的配置示例后退出
    #[arg(long)]
    print_config: bool,
    #[command(flatten)]
    flags: Flags,
}

/// Serves until told to stop.
///
/// # Errors
/// The address cannot be listened on, or the runtime cannot start.
pub fn run(args: Args) -> anyhow::Result<ExitCode> {
    if args.print_config {
        std::io::stdout().lock().write_all(sample().as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    }
    let file = args.config.as_deref().map(RawConfig::from_file).unwrap_or_default();
    let config = match Config::check(file.overlaid(args.flags)) {
        Ok(config) => config,
        Err(problems) => {
            let lines: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
            write!(std::io::stderr().lock(), "配置有 {} 处问题，服务没有启动：\n{lines}", problems.len())?;
            return Ok(ExitCode::from(2));
        }
    };
    telemetry::start(config.log);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.workers.get())
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let outcome = runtime.block_on(serve(Arc::new(config)));
    // A reload that is still being prepared changes nothing any more; it must not hold the exit.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

async fn serve(config: Arc<Config>) -> anyhow::Result<ExitCode> {
    let server = http::Server::bind(Arc::clone(&config))
        .await
        .with_context(|| format!("无法监听 {}，请换一个地址或端口", config.listen))?;
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "listening on http://{}", server.address())?;
        out.flush()?;
    }
    if config.keys.is_empty() {
        tracing::warn!("no API keys are configured: everybody on this machine may do everything");
    }
    let publisher = server.publisher();
    let mut serving = tokio::spawn(server.run(stop_signal()?));
    // Listened for from the start: an early SIGHUP must not end the process.
    let hangup = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let prepared = tokio::task::spawn_blocking(move || prepare(&config));
    let bases = tokio::select! {
        // Told to stop, or failed, before anything was ready.
        ended = &mut serving => return exit_code(ended?),
        // A panic has been logged; its message stays out of the output, since it may quote the corpus or a customer.
        bases = prepared => match bases.map_err(|_| anyhow::anyhow!("preparing the knowledge bases failed"))? {
            Ok(bases) => bases,
            Err(error) => {
                report(&error)?;
                return Ok(ExitCode::FAILURE);
            }
        },
    };
    publisher.publish(bases.clone());
    tokio::spawn(reload_on_hangup(hangup, bases));
    exit_code(serving.await?)
}

fn exit_code(ended: std::io::Result<()>) -> anyhow::Result<ExitCode> {
    ended.context("the server failed")?;
    tracing::info!("stopped");
    Ok(ExitCode::SUCCESS)
}

/// Why a knowledge base could not be opened at start.
struct NotPrepared {
    name: String,
    error: Box<PublishError>,
}

/// Opens every knowledge base; stops at the first that cannot be.
fn prepare(config: &Config) -> Result<KnowledgeBases, NotPrepared> {
    let mut bases = BTreeMap::new();
    for (name, files) in &config.knowledge_bases {
        let sources = Sources {
            corpus: files.corpus.clone(),
            model: files.model.clone(),
            data: config.data.as_deref().map(|data| state_directory(data, name)),
            time_zone: config.time_zone.clone(),
            policy: config.policy,
            encoder: config.encoder,
        };
        let base = KnowledgeBase::open(name, sources, now())
            .map_err(|error| NotPrepared { name: name.clone(), error: Box::new(error) })?;
        for warning in base.warnings() {
            tracing::warn!(kb = name, "{warning}");
        }
        bases.insert(name.clone(), Arc::new(base));
    }
    Ok(bases)
}

/// Where a knowledge base keeps its state: the default one in the data directory itself, others each in its own below.
fn state_directory(data: &Path, name: &str) -> PathBuf {
    if name == DEFAULT_KB { data.to_owned() } else { data.join("kb").join(name) }
}

/// Prints everything that is wrong with a knowledge base.
fn report(refused: &NotPrepared) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    writeln!(err, "知识库 {} 无法启用：{}", refused.name, chain(&refused.error))?;
    for issue in http::issues(&refused.error) {
        writeln!(err, "{issue}")?;
    }
    Ok(())
}

fn chain(error: &PublishError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Completes on SIGTERM or SIGINT.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new requests are taken");
    })
}

/// Reloads every knowledge base on SIGHUP; the log says how it went.
async fn reload_on_hangup(mut hangup: Signal, bases: KnowledgeBases) {
    while hangup.recv().await.is_some() {
        for (name, base) in bases.clone() {
            let reloaded = tokio::task::spawn_blocking(move || base.reload(&ReloadOptions::default(), now())).await;
            match reloaded {
                Ok(Ok(report)) => tracing::info!(
                    kb = name,
                    corpus.version = report.version,
                    snapshot.generation = report.generation,
                    "reloaded on SIGHUP"
                ),
                Ok(Err(error)) => {
                    tracing::error!(kb = name, error = chain(&error), "reload on SIGHUP refused; nothing changed");
                    for issue in http::issues(&error) {
                        tracing::error!(kb = name, "{issue}");
                    }
                }
                Err(_) => tracing::error!(kb = name, "reload on SIGHUP failed; nothing changed"),
            }
        }
    }
}
