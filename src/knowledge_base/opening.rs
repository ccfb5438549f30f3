//! Which version a start serves: the one published last. What lies unpublished on disk is told and not served, and no
//! damage to the state keeps a service from starting that has anything sound to serve.

use std::sync::Arc;

use jiff::Timestamp;

use super::live::{Notice, NoticeCode};
use super::refusal::{PublishError, cause_chain};
use super::shared::{Shared, SharedVersion};
use super::sources::Sources;
use crate::corpus::history::{History, HistoryError, LiveMark, Publication};
use crate::corpus::{self, Corpus};

/// Entries named in a notice at most.
const NAMED: usize = 5;

/// What a start found to serve.
#[derive(Debug)]
pub(super) struct Opening {
    pub(super) history: History,
    pub(super) corpus: Arc<Corpus>,
    pub(super) published_at: Timestamp,
    pub(super) notices: Vec<Notice>,
    /// Number of the publication; 0 where replicas have not agreed on one.
    pub(super) generation: u64,
    /// What another process's snapshot of this version learnt.
    pub(super) learnt: Option<Vec<u8>>,
}

/// A version that was published before this start.
#[derive(Debug)]
struct LastPublished {
    corpus: Arc<Corpus>,
    published_at: Timestamp,
    pinned: bool,
    /// Whether the history says all of this already.
    recorded: bool,
}

/// Opens the history and chooses what to serve: what replicas agreed on, where they did.
///
/// # Errors
/// Where nothing was published from this source: every issue of its corpus.
pub(super) fn open(
    name: &str,
    sources: &Sources,
    shared: Option<&Shared>,
    now: Timestamp,
) -> Result<Opening, PublishError> {
    let mut notices = Vec::new();
    let mut history = history(sources, &mut notices);
    let source = sources.identity();
    let found = sources.load_corpus().map(Arc::new);
    let agreed = shared.and_then(|shared| agreed(name, shared, &history, found.as_ref().ok(), &mut notices));
    let generation = agreed.as_ref().map_or(u64::from(shared.is_none()), |agreed| agreed.number);
    let (last, learnt) = match agreed {
        Some(Agreed { last, learnt, .. }) => (Some(last), learnt),
        None => (last_published(&history, &source, found.as_ref().ok(), &mut notices), None),
    };
    let (corpus, published_at, pinned, recorded) = match (last, found) {
        (Some(last), found) => {
            notices.extend(difference(&last, &found));
            (last.corpus, last.published_at, last.pinned, last.recorded)
        }
        (None, Ok(found)) => (found, now, false, false),
        (None, Err(refused)) => return Err(refused),
    };
    if !recorded {
        let how = Publication { at: published_at, pinned, forced: None, source: &source, by: "" };
        if let Err(error) = history.publish(&corpus, how) {
            notices.push(not_kept(&error));
        }
    }
    Ok(Opening { history, corpus, published_at, notices, generation, learnt })
}

/// What replicas serve.
struct Agreed {
    number: u64,
    last: LastPublished,
    learnt: Option<Vec<u8>>,
}

/// The version that replicas serve; `None` where they serve none yet, or where it cannot be had, which a notice says.
fn agreed(
    name: &str,
    shared: &Shared,
    history: &History,
    found: Option<&Arc<Corpus>>,
    notices: &mut Vec<Notice>,
) -> Option<Agreed> {
    let asked = shared.last(name).map_err(PublishError::from).and_then(|published| {
        let Some(published) = published else { return Ok(None) };
        let same = found.filter(|found| found.version == published.version).map(Arc::clone);
        let kept = same.or_else(|| history.get(&published.version).ok().flatten());
        let SharedVersion { corpus, learnt } = match kept {
            Some(corpus) => SharedVersion { corpus, learnt: None },
            None => shared.version(name, &published.version)?,
        };
        let last = LastPublished { corpus, published_at: published.at, pinned: published.pinned, recorded: false };
        Ok(Some(Agreed { number: published.number, last, learnt }))
    });
    asked.unwrap_or_else(|error| {
        notices.push(not_agreed(&error));
        None
    })
}

/// What it means that replicas could not be asked, and why.
pub(super) fn not_agreed(error: &PublishError) -> Notice {
    let message = format!(
        "各副本共用的数据库里现在发布的是哪个版本问不到，先用本机上次发布的版本，会一直再问：{}",
        cause_chain(error)
    );
    Notice::new(NoticeCode::NotAgreed, message)
}

/// What a start would say of this state directory and these files, without touching either.
#[must_use]
pub fn foresee(sources: &Sources, found: &Result<Arc<Corpus>, PublishError>) -> Vec<Notice> {
    let mut notices = Vec::new();
    if let Some(dir) = sources.data.as_deref().filter(|dir| dir.join("versions").is_dir()) {
        let last = last_published(&History::look(dir), &sources.identity(), found.as_ref().ok(), &mut notices);
        notices.extend(last.and_then(|last| difference(&last, found)));
    }
    notices
}

/// What a version that could not be written means, and why it could not.
pub(super) fn not_kept(error: &HistoryError) -> Notice {
    let message = format!("这个版本没有写进状态目录，重启后不一定还是它：{}", cause_chain(error));
    Notice::new(NoticeCode::NotKept, message)
}

/// What differs between what is live and the files; nothing where they agree.
fn unpublished(live: &Corpus, found: &Result<Arc<Corpus>, PublishError>) -> Option<Notice> {
    match found {
        Ok(found) if found.version == live.version => None,
        Ok(found) => {
            let changes = corpus::diff(live, found);
            let all = [&changes.added, &changes.changed, &changes.removed];
            let named: Vec<&str> = all.into_iter().flatten().take(NAMED).map(String::as_str).collect();
            let more = if all.iter().map(|ids| ids.len()).sum::<usize>() > NAMED { " 等" } else { "" };
            let which =
                if named.is_empty() { "只有设置不同".to_owned() } else { format!("{}{more}", named.join("、")) };
            let [added, changed, removed] = all.map(Vec::len);
            let message = format!(
                "语料目录与在用的版本 {} 不同（新增 {added}、修改 {changed}、删除 {removed} 个条目：{which}），尚未发布；\
                 用 POST /v1/corpus/reload 发布",
                live.version
            );
            Some(Notice::new(NoticeCode::UnpublishedChanges, message))
        }
        Err(refused) => {
            let issues = refused.issues();
            let first = issues.first().map_or_else(|| cause_chain(refused), ToString::to_string);
            let message = format!(
                "语料目录有 {} 个问题，不能发布，仍在使用版本 {}；第一个问题：{first}。改正后用 POST /v1/corpus/reload 发布",
                issues.len(),
                live.version
            );
            Some(Notice::new(NoticeCode::BrokenSource, message))
        }
    }
}

fn difference(last: &LastPublished, found: &Result<Arc<Corpus>, PublishError>) -> Option<Notice> {
    let notice = unpublished(&last.corpus, found)?;
    let pinned = if last.pinned { "（在用的是回滚选定的版本）" } else { "" };
    Some(Notice { message: format!("{}{pinned}", notice.message), ..notice })
}

/// The history in the data directory; one that ends with the process where there is none that can be used.
fn history(sources: &Sources, notices: &mut Vec<Notice>) -> History {
    let Some(dir) = &sources.data else {
        notices.extend(sources.unkept.clone().map(|why| Notice::new(NoticeCode::NotKept, why)));
        return History::in_memory();
    };
    match History::open(dir) {
        Ok(history) => history,
        Err(error) if dir.join("versions").is_dir() => {
            notices.push(not_kept(&error));
            History::look(dir)
        }
        Err(error) => {
            notices.push(not_kept(&error));
            History::in_memory()
        }
    }
}

/// What was published last from this source; `None` where nothing ever was, or where another source was served last and
/// this one is sound, so that its files are a publication of their own.
fn last_published(
    history: &History,
    source: &str,
    found: Option<&Arc<Corpus>>,
    notices: &mut Vec<Notice>,
) -> Option<LastPublished> {
    let from_here = |of: Option<&String>| of.is_none_or(|of| of == source);
    match history.live() {
        Ok(Some(mark)) if from_here(mark.source.as_ref()) => {
            marked(history, &mark, found, notices).or_else(|| newest(history, &from_here))
        }
        Ok(Some(_)) if found.is_some() => None,
        Ok(Some(_)) => newest(history, &|of| of.is_some_and(|of| of == source)),
        Ok(None) => {
            let alone = is_alone(history);
            let newest = newest(history, &from_here)?;
            if alone {
                return Some(newest);
            }
            let message = "状态目录里没有记下在用的是哪个版本，已改用最近发布的版本；如曾回滚，请核对".to_owned();
            notices.push(Notice::new(NoticeCode::MarkLost, format!("{message}（{}）", newest.corpus.version)));
            Some(newest)
        }
        Err(error) => {
            let aside = history.set_mark_aside().map(|path| format!("，原文件已改名为 {}", path.display()));
            let aside = aside.unwrap_or_else(|error| format!("，原文件未能改名：{}", cause_chain(&error)));
            let message =
                format!("在用版本的记录已损坏，已改用最近发布的版本；如曾回滚，请核对：{}{aside}", cause_chain(&error));
            notices.push(Notice::new(NoticeCode::MarkLost, message));
            newest(history, &from_here)
        }
    }
}

/// Whether a single version is kept. Without a mark it is the only one that can have been live, or a first start ended
/// before it wrote the mark: nothing was lost either way.
fn is_alone(history: &History) -> bool {
    history.list().is_ok_and(|kept| kept.len() == 1)
}

/// The version that the mark names, from the files where they are that version: their places are the ones staff know.
fn marked(
    history: &History,
    mark: &LiveMark,
    found: Option<&Arc<Corpus>>,
    notices: &mut Vec<Notice>,
) -> Option<LastPublished> {
    let recorded = mark.source.is_some() && history.holds(&mark.version);
    let last =
        |corpus: Arc<Corpus>| LastPublished { corpus, published_at: mark.published_at, pinned: mark.pinned, recorded };
    if let Some(same) = found.filter(|found| found.version == mark.version) {
        return Some(last(Arc::clone(same)));
    }
    let why = match history.get(&mark.version) {
        Ok(Some(kept)) => return Some(last(kept)),
        Ok(None) => "文件已不在".to_owned(),
        Err(error) => {
            let _ = history.set_version_aside(&mark.version);
            cause_chain(&error)
        }
    };
    let pinned = if mark.pinned { "，它是回滚选定的" } else { "" };
    let message = format!("上次发布的版本 {} 不能使用{pinned}，已改用其余版本里最近发布的：{why}", mark.version);
    notices.push(Notice::new(NoticeCode::VersionLost, message));
    None
}

/// The sound version published last, of those whose source fits. Damaged ones are set aside.
fn newest(history: &History, fits: &dyn Fn(Option<&String>) -> bool) -> Option<LastPublished> {
    let kept = history.list().unwrap_or_else(|error| {
        tracing::warn!(error = cause_chain(&error), "the kept versions cannot be listed");
        Vec::new()
    });
    kept.into_iter().filter(|kept| fits(kept.source.as_ref())).find_map(|kept| match history.get(&kept.version) {
        Ok(corpus) => {
            Some(LastPublished { corpus: corpus?, published_at: kept.published_at, pinned: false, recorded: false })
        }
        Err(error) => {
            tracing::warn!(corpus.version = kept.version, error = cause_chain(&error), "set a damaged version aside");
            let _ = history.set_version_aside(&kept.version);
            None
        }
    })
}
