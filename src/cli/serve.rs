//! `yingda serve`: configuration, runtime, signals. The protocol is the business of `http`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use jiff::SignedDuration;
use tokio::runtime::Handle;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::clock::now;
use crate::config::{Config, DEFAULT_KB, DatabaseUrl, Flags, OpenAt, RawConfig, Storage, sample};
use crate::http::{self, Remembering};
use crate::knowledge_base::{
    KnowledgeBase, Listed, PublishError, Registry, ReloadOptions, Shared, Sources, cause_chain,
};
use crate::record::{AuditAction, AuditEvent};
use crate::store::{Retention, Store, StoreError, StoredConversations};
use crate::telemetry;

use super::replicas;
use super::served::{State, sources};

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
    let config = match Config::check(RawConfig::of(args.config.as_deref(), args.flags)) {
        Ok(config) => config,
        Err(problems) => {
            let lines: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
            write!(std::io::stderr().lock(), "配置有 {} 处问题，服务没有启动：\n{lines}", problems.len())?;
            return Ok(ExitCode::from(2));
        }
    };
    // Until the very end: then what is left of the traces is sent.
    let _telemetry = telemetry::start(config.log, &config.traces);
    let mut state = match State::claim(&config) {
        Ok(state) => state,
        Err(error) => {
            writeln!(std::io::stderr().lock(), "状态目录不能使用，服务没有启动：{}", cause_chain(&error))?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.server.workers.get())
        .enable_all()
        .build()
        .context("cannot start the runtime")?;
    let remembering = runtime.block_on(remember(&config, &mut state));
    let store = remembering.store.clone();
    if let Some(store) = store.clone() {
        runtime.spawn(remove_expired(store, config.storage.clone()));
    }
    let outcome = runtime.block_on(serve(Arc::new(config), Arc::new(state), remembering));
    if let Some(store) = store {
        runtime.block_on(store.close());
    }
    // A reload that is still being prepared changes nothing any more; it must not hold the exit.
    runtime.shutdown_timeout(Duration::from_millis(100));
    outcome
}

/// Opens the store of the state directory. A database that cannot be opened is left as it is and tried again; decisions
/// wait in the journal meanwhile, and what must be kept at once is refused.
async fn remember(config: &Config, state: &mut State) -> Remembering {
    let Some(dir) = state.path().map(Path::to_owned) else { return Remembering::default() };
    let url = config.storage.database_url.as_ref().map(DatabaseUrl::reveal);
    let store = match Store::open_or_wait(&dir, url).await {
        Ok(store) => store,
        Err(error) => {
            let error = cause_chain(&error);
            tracing::error!(error, "the journal cannot be written; decisions are not kept");
            state.unkept.get_or_insert(format!("日志文件写不了，记录、反馈和评分都不保存：{error}"));
            return Remembering::default();
        }
    };
    if let Some(error) = store.trouble() {
        let error = cause_chain(&*error);
        tracing::error!(error, "the database cannot be opened and is left as it is; decisions wait in the journal");
    }
    Remembering {
        conversations: Arc::new(StoredConversations::resume(store.clone(), now()).await),
        recorder: Arc::new(store.clone()),
        store: Some(store),
    }
}

/// Removes what is older than the configuration keeps it, for as long as the service runs.
async fn remove_expired(store: Store, storage: Storage) {
    let age = |days: u32| (days > 0).then(|| SignedDuration::from_hours(24 * i64::from(days)));
    let retention = Retention { questions: age(storage.keep_questions), tickets: age(storage.keep_tickets) };
    let mut ticks = tokio::time::interval(EXPIRY);
    loop {
        ticks.tick().await;
        match store.remove_expired(retention, now()).await {
            Ok(0) => {}
            Ok(decisions) => tracing::info!(decisions, "removed what is older than it may be kept"),
            Err(StoreError::NotOpen) => {}
            Err(error) => tracing::warn!(error = cause_chain(&error), "what is too old could not be removed"),
        }
    }
}

async fn serve(config: Arc<Config>, state: Arc<State>, remembering: Remembering) -> anyhow::Result<ExitCode> {
    let remembered = remembering.store.clone();
    let server = http::Server::bind(Arc::clone(&config), remembering)
        .await
        .with_context(|| format!("无法监听 {}，请换一个地址或端口", config.server.listen))?;
    {
        let mut out = std::io::stdout().lock();
        writeln!(out, "listening on http://{}", server.address())?;
        out.flush()?;
    }
    tracing::info!(address = %server.address(), "listening");
    let started = Instant::now();
    if config.keys.is_empty() {
        tracing::warn!("no API keys are configured: everybody on this machine may do everything");
    }
    let publisher = server.publisher();
    let mut serving = tokio::spawn(server.run(stop_signal()?));
    // Listened for from the start: an early SIGHUP must not end the process.
    let hangup = signal(SignalKind::hangup()).context("cannot listen for SIGHUP")?;
    let claimed = Arc::clone(&state);
    let close_after = config.residency.close_after;
    let publications = remembered.as_ref().and_then(|store| store.publications());
    let shared = publications.clone().map(|publications| Shared::new(publications, Handle::current()));
    let prepared = tokio::task::spawn_blocking(move || prepare(&config, &claimed, shared));
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
    publisher.publish(Arc::clone(&bases));
    log_ready(&bases, &state, started);
    if let Some(unused) = close_after {
        tokio::spawn(close_unused(Arc::clone(&bases), unused));
    }
    if let Some(publications) = publications {
        tokio::spawn(replicas::follow(Arc::clone(&bases), publications));
    }
    tokio::spawn(reload_on_hangup(hangup, Arc::clone(&bases), remembered.clone()));
    if let Some(store) = remembered {
        audit_start(&bases, &store).await;
    }
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

/// How often unused knowledge bases are looked for.
const CLOSING: Duration = Duration::from_secs(60);
/// Who publishes on that signal.
const HANGUP: &str = "SIGHUP";
/// How often what is too old is removed.
const EXPIRY: Duration = Duration::from_secs(3_600);

/// Opens the default knowledge base, and every other one where the configuration says so; stops at the first that
/// cannot be.
fn prepare(config: &Config, state: &State, shared: Option<Shared>) -> Result<Arc<Registry>, NotPrepared> {
    let sources = config.knowledge_bases.iter().map(|(name, settings)| {
        let sources = sources(name, settings, state.path());
        (name.clone(), Sources { unkept: state.unkept.clone(), ..sources })
    });
    let registry = Registry::new(sources.collect()).sharing(shared);
    let all = config.residency.open == OpenAt::Start;
    for name in config.knowledge_bases.keys().filter(|name| all || *name == DEFAULT_KB) {
        let started = Instant::now();
        let opened = registry.open(name, now());
        let opened = opened.map_err(|error| NotPrepared { name: name.clone(), error: Box::new(error) })?;
        if let Some(base) = opened {
            for warning in base.warnings() {
                tracing::warn!(kb = name, "{warning}");
            }
            log_opened(&base, started);
        }
    }
    Ok(Arc::new(registry))
}

/// Closes what nobody used for long, for as long as the service runs.
async fn close_unused(registry: Arc<Registry>, unused: Duration) {
    let mut ticks = tokio::time::interval(CLOSING);
    loop {
        ticks.tick().await;
        for name in registry.close_unused(DEFAULT_KB, unused, now()) {
            tracing::info!(kb = name, "closed a knowledge base that nobody used");
        }
    }
}

fn log_opened(base: &KnowledgeBase, started: Instant) {
    let live = base.live();
    tracing::info!(
        kb = base.name(),
        corpus.version = live.snapshot.corpus.version,
        corpus.published_at = %live.published_at,
        model.version = live.snapshot.model_version,
        entries = live.snapshot.corpus.entries.len(),
        questions = live.snapshot.questions(),
        kept_versions = base.versions().map_or(0, |versions| versions.len()),
        seconds = started.elapsed().as_secs_f64(),
        "opened a knowledge base"
    );
}

/// Keeps which version each knowledge base began with.
async fn audit_start(registry: &Registry, store: &Store) {
    for base in registry.list().into_iter().filter_map(|listed| listed.open) {
        let version = base.snapshot().corpus.version.clone();
        let event = AuditEvent::new(base.name(), "", AuditAction::Started, now());
        store.audit(AuditEvent { to_version: Some(version), ..event }).await;
    }
}

fn log_ready(registry: &Registry, state: &State, started: Instant) {
    let all = registry.list();
    let open: Vec<_> = all.iter().filter_map(|listed| Some(listed.open.as_ref()?.snapshot())).collect();
    tracing::info!(
        knowledge_bases = all.len(),
        open = open.len(),
        entries = open.iter().map(|snapshot| snapshot.corpus.entries.len()).sum::<usize>(),
        questions = open.iter().map(|snapshot| snapshot.questions()).sum::<usize>(),
        state = state.path().map_or_else(|| "none".to_owned(), |path| path.display().to_string()),
        seconds = started.elapsed().as_secs_f64(),
        "ready"
    );
}

/// Prints everything that is wrong with a knowledge base.
fn report(refused: &NotPrepared) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    writeln!(err, "知识库 {} 无法启用：{}", refused.name, cause_chain(&*refused.error))?;
    for issue in refused.error.issues() {
        writeln!(err, "{issue}")?;
    }
    Ok(())
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

/// Reloads every open knowledge base on SIGHUP; the log says how it went.
async fn reload_on_hangup(mut hangup: Signal, registry: Arc<Registry>, store: Option<Store>) {
    while hangup.recv().await.is_some() {
        for Listed { name, open } in registry.list() {
            // One that is opened later serves what was published last and says what differs.
            let Some(base) = open else { continue };
            let options = ReloadOptions { by: HANGUP.to_owned(), ..ReloadOptions::default() };
            let reloaded = tokio::task::spawn_blocking(move || base.reload(&options, now())).await;
            match reloaded {
                Ok(Ok(report)) => {
                    if let Some(store) = &store {
                        store.audit(report.event(&name, HANGUP, AuditAction::Published, now())).await;
                    }
                    tracing::info!(
                        kb = name,
                        corpus.version = report.version,
                        snapshot.generation = report.generation,
                        "reloaded on SIGHUP"
                    );
                }
                Ok(Err(error)) => {
                    tracing::error!(
                        kb = name,
                        error = cause_chain(&error),
                        "reload on SIGHUP refused; nothing changed"
                    );
                    for issue in error.issues() {
                        tracing::error!(kb = name, "{issue}");
                    }
                }
                Err(_) => tracing::error!(kb = name, "reload on SIGHUP failed; nothing changed"),
            }
        }
    }
}
