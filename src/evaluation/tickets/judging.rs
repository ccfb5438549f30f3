//! Which model judges which tickets: a finished one the tickets it was not trained on, one made of a given training
//! part the test part, models of folds the fold they did not see.
//!
//! Only judges; nothing is measured here. Rows are kept in the order of their files.

use serde::Serialize;

use crate::tickets::{
    Bundle, Dataset, JudgedTicket, Judgement, Model, OWN_SHORTLIST_ROWS, PairedModels, TicketRow, TrainError,
    TrainOptions, TrainedRouter, TrainingProgress, cross_validate, judge_rows, judge_unlabelled, labels_of, train,
    unseen,
};

/// Tickets with what was said about each.
#[derive(Debug, Clone)]
pub struct EvaluatedTickets {
    pub source: Source,
    /// Every label of the model and the tickets; groups are numbered so. Those the model can choose come first.
    pub labels: Vec<String>,
    /// How many labels the model can choose.
    pub known: usize,
    /// Groups of the model without a shortlist threshold of their own.
    pub shared_shortlist: Vec<String>,
    /// Never empty.
    pub rows: Vec<TicketRow>,
    pub judged: Vec<JudgedTicket>,
    /// Tickets that belong to none of the groups.
    pub outside: Vec<(TicketRow, Judgement)>,
    /// Given tickets outside all groups left out because the model was trained on them.
    pub outside_excluded: usize,
    /// Given tickets left out because the model (or the one it is compared with) was trained on them.
    pub excluded: usize,
}

/// Where the judgements come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum Source {
    /// A finished model.
    Model { model_version: String },
    /// A model trained on `train_rows` tickets; `repeated` of the judged ones have a text that is among them.
    Split { train_rows: usize, repeated: usize },
    /// Models of this many folds; repeated and empty tickets are left out before.
    Folds { folds: usize, duplicates: usize, empty: usize },
}

/// Why nothing can be measured. The messages are for the people who evaluate.
#[derive(Debug, thiserror::Error)]
pub enum JudgingError {
    #[error("没有可评测的工单：文件里一条也没有")]
    NoTickets,
    #[error("没有可评测的工单：{0} 条全部是模型训练过的")]
    AllSeen(usize),
    #[error("没有库外工单：文件里一条也没有")]
    NoneOutside,
    #[error("没有可评测的库外工单：{0} 条全部是模型训练过的")]
    AllOutsideSeen(usize),
    #[error("训练失败")]
    Training(#[from] TrainError),
}

/// Judges with a finished model the tickets that it was not trained on.
///
/// # Errors
/// [`JudgingError`] when no ticket is left to judge.
pub fn by_model(
    bundle: &Bundle,
    rows: Vec<TicketRow>,
    outside: Option<Vec<TicketRow>>,
) -> Result<EvaluatedTickets, JudgingError> {
    let (rows, excluded) = left(unseen(bundle, rows))?;
    let labels = labels_of(&[&bundle.manifest.labels], &rows);
    let judged = judge_rows(&bundle.model, &bundle.manifest.labels, &labels, &rows);
    finished(bundle, (rows, judged, labels, excluded), outside)
}

/// The first of two paired models, on the tickets that neither was trained on.
///
/// # Errors
/// [`JudgingError`] when no ticket is left to judge.
pub fn by_paired_models(
    bundle: &Bundle,
    paired: &PairedModels,
    outside: Option<Vec<TicketRow>>,
) -> Result<EvaluatedTickets, JudgingError> {
    let (rows, excluded) = left((paired.rows.clone(), paired.excluded))?;
    finished(bundle, (rows, paired.candidate.clone(), paired.labels.clone(), excluded), outside)
}

fn finished(
    bundle: &Bundle,
    (rows, judged, labels, excluded): (Vec<TicketRow>, Vec<JudgedTicket>, Vec<String>, usize),
    outside: Option<Vec<TicketRow>>,
) -> Result<EvaluatedTickets, JudgingError> {
    let (outside, outside_excluded) = match outside.map(|rows| unseen(bundle, rows)) {
        None => (None, 0),
        Some((fresh, seen)) if fresh.is_empty() && seen > 0 => return Err(JudgingError::AllOutsideSeen(seen)),
        Some((fresh, seen)) => (Some(fresh), seen),
    };
    Ok(EvaluatedTickets {
        source: Source::Model { model_version: bundle.version.clone() },
        known: bundle.manifest.labels.len(),
        shared_shortlist: bundle.report.shared_shortlist.clone(),
        outside: judge_outside(&bundle.model, outside)?,
        outside_excluded,
        labels,
        rows,
        judged,
        excluded,
    })
}

/// Trains on one part and judges the other, all of it, as splits are published; counts what stands in both.
///
/// # Errors
/// [`JudgingError`] when there is no ticket to judge or the learner refuses.
pub fn by_split(
    data: &Dataset,
    test: Vec<TicketRow>,
    outside: Option<Vec<TicketRow>>,
    options: &TrainOptions,
    progress: TrainingProgress<'_>,
) -> Result<EvaluatedTickets, JudgingError> {
    let (rows, _) = left((test, 0))?;
    let trained = train(data, options, progress)?;
    let labels = labels_of(&[&trained.labels], &rows);
    let keys = data.keys();
    let repeated = rows.iter().filter(|row| keys.binary_search(&row.key()).is_ok()).count();
    Ok(EvaluatedTickets {
        source: Source::Split { train_rows: data.rows.len(), repeated },
        known: trained.labels.len(),
        judged: judge_rows(&trained.model, &trained.labels, &labels, &rows),
        outside: judge_outside(&trained.model, outside)?,
        shared_shortlist: trained.report.shared_shortlist,
        excluded: 0,
        outside_excluded: 0,
        labels,
        rows,
    })
}

/// Judges every ticket by a model that did not see its fold; tickets outside all groups by a model of all folds.
///
/// # Errors
/// [`JudgingError::Training`] when the learner refuses, [`JudgingError::NoneOutside`].
pub fn by_folds(
    data: &Dataset,
    outside: Option<Vec<TicketRow>>,
    options: &TrainOptions,
    progress: TrainingProgress<'_>,
) -> Result<EvaluatedTickets, JudgingError> {
    let judged = cross_validate(data, options, progress)?;
    let whole: Option<TrainedRouter> = outside.is_some().then(|| train(data, options, &|_, _| ())).transpose()?;
    let outside = whole.map_or_else(|| Ok(Vec::new()), |trained| judge_outside(&trained.model, outside))?;
    let mut pairs: Vec<(TicketRow, JudgedTicket)> = data.rows.iter().cloned().zip(judged).collect();
    pairs.sort_by(|(a, _), (b, _)| (&a.place.file, a.place.line).cmp(&(&b.place.file, b.place.line)));
    let (rows, judged) = pairs.into_iter().unzip();
    let few = |group: &usize| data.targets.iter().filter(|target| *target == group).count() < OWN_SHORTLIST_ROWS;
    Ok(EvaluatedTickets {
        source: Source::Folds {
            folds: options.folds.min(data.rows.len()),
            duplicates: data.duplicates,
            empty: data.empty,
        },
        known: data.labels.len(),
        shared_shortlist: (0..data.labels.len()).filter(few).map(|group| data.labels[group].clone()).collect(),
        labels: data.labels.clone(),
        excluded: 0,
        outside_excluded: 0,
        outside,
        rows,
        judged,
    })
}

fn left((rows, excluded): (Vec<TicketRow>, usize)) -> Result<(Vec<TicketRow>, usize), JudgingError> {
    match (rows.is_empty(), excluded) {
        (false, _) => Ok((rows, excluded)),
        (true, 0) => Err(JudgingError::NoTickets),
        (true, seen) => Err(JudgingError::AllSeen(seen)),
    }
}

fn judge_outside(model: &Model, outside: Option<Vec<TicketRow>>) -> Result<Vec<(TicketRow, Judgement)>, JudgingError> {
    match outside {
        None => Ok(Vec::new()),
        Some(rows) if rows.is_empty() => Err(JudgingError::NoneOutside),
        Some(rows) => {
            let found = judge_unlabelled(model, &rows);
            Ok(rows.into_iter().zip(found).collect())
        }
    }
}
