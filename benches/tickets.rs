//! Time to train a router on synthetic tickets and to route one of 60 characters, with the sentence encoder and
//! without; and what other learners need for the same rows.
//!
//! How many rows the learners get right stands on stderr beside the times: accuracy is no business of criterion. Real
//! tickets, memory and scikit-learn are in `ticket_training.py`.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a benchmark")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use linfa::dataset::DatasetBase;
use linfa::prelude::ParamGuard;
use linfa::traits::{Fit, Predict};
use ndarray::{Array1, Array2, Axis};
use yingda::corpus::Place;
use yingda::encoder::EncoderKind;
use yingda::routing::Routing;
use yingda::text::segment::Segmenter;
use yingda::tickets::bundle::{from_files, to_files};
use yingda::tickets::csr::Csr;
use yingda::tickets::dataset::{Dataset, TicketRow};
use yingda::tickets::features::Vectorizer;
use yingda::tickets::lbfgs::minimize;
use yingda::tickets::meaning::Meaning;
use yingda::tickets::rows::{Dense, Rows};
use yingda::tickets::signals::Signals;
use yingda::tickets::svm::{LinearSvm, largest};
use yingda::tickets::terms::{TermKeys, TicketText};
use yingda::tickets::train::{TrainOptions, train};
use yingda::tickets::{Router, Ticket};

const ROWS: usize = 2_000;
const GROUPS: usize = 8;
/// One row in so many is about a group it does not name, so that margins are violated as real tickets violate them.
const MISLED: usize = 10;
const WORDS: [&str; 16] = [
    "快递",
    "退款",
    "发票",
    "流量",
    "套餐",
    "订单",
    "奶粉",
    "会员",
    "什么时候",
    "怎么办",
    "没有收到",
    "已经三天了",
    "麻烦",
    "尽快处理",
    "客服",
    "为什么",
];
/// Dense columns for linfa's logistic regression: the commonest terms.
const DENSE_COLUMNS: usize = 200;
/// Price of a violated margin, the first that training tries; the logistic regressions get the same.
const COST: f64 = 0.5;
const ITERATIONS: usize = 100;
/// With the encoder and without, as `--encoder` names them.
const ENCODERS: [(&str, Option<EncoderKind>); 2] = [("standard", Some(EncoderKind::Standard)), ("none", None)];

/// Rows of 60 characters that begin with the name of a group, mostly their own.
fn rows(count: usize) -> Vec<TicketRow> {
    (0..count)
        .map(|row| {
            let mut state = row as u64 + 1;
            let named = if row % MISLED == 0 { row / MISLED } else { row };
            let mut text = WORDS[named % GROUPS].to_owned();
            while text.chars().count() < 60 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                text.push_str(WORDS[GROUPS + (state >> 61) as usize]);
                text.extend(char::from_u32(0x4e00 + (state >> 40) as u32 % 2_000));
            }
            TicketRow {
                ticket: TicketText::new("", &text),
                label: WORDS[row % GROUPS].to_owned(),
                channel: None,
                customer_tier: None,
                place: Place::new("", row + 1),
            }
        })
        .collect()
}

fn options(encoder: Option<EncoderKind>) -> TrainOptions {
    TrainOptions { encoder, ..TrainOptions::default() }
}

fn training(c: &mut Criterion) {
    let data = Dataset::new(rows(ROWS)).unwrap();
    let tickets = data.tickets();
    let mut group = c.benchmark_group("train 2,000 tickets");
    group.sample_size(10);
    for (name, encoder) in ENCODERS {
        let options = options(encoder);
        group.bench_function(format!("encoder {name}"), |b| b.iter(|| train(&data, &options, &|_, _| ()).unwrap()));
    }
    group.bench_function("of it the meaning", |b| {
        b.iter(|| Meaning::fit(EncoderKind::Standard, &tickets, 0, &|_| ()).unwrap());
    });
    group.bench_function("of it the terms", |b| {
        b.iter(|| Vectorizer::fit(&tickets, usize::MAX).vectorize_all(&tickets));
    });
}

fn routing(c: &mut Criterion) {
    let data = Dataset::new(rows(ROWS)).unwrap();
    let routing = Routing::default();
    // One after the other: what was encoded just now would not be encoded again.
    let mut tickets = data.rows.iter().map(|row| &row.ticket).cycle();
    let mut next = || tickets.next().unwrap();
    fn asked(text: &str) -> Ticket<'_> {
        Ticket { text, ..Ticket::default() }
    }
    let mut group = c.benchmark_group("one ticket");
    let (signals, terms) = (Signals::embedded().unwrap(), TermKeys::of(next(), &Segmenter::default()));
    group.bench_function("complaint and priority from its terms", |b| {
        b.iter(|| signals.judge(black_box(&data.rows[0].ticket), &terms, false));
    });
    for (name, encoder) in ENCODERS {
        let options = options(encoder);
        let files = to_files(&train(&data, &options, &|_, _| ()).unwrap(), &options, &data.keys()).unwrap();
        let borrowed: Vec<(&str, &[u8])> =
            files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        let router = Router::from_files(&borrowed).unwrap();
        let model = from_files(&borrowed).unwrap().model;
        group.bench_function(format!("route, encoder {name}"), |b| {
            b.iter(|| router.route(&routing, &asked(&next().text), 3, false));
        });
        group.bench_function(format!("judge normalised, encoder {name}"), |b| b.iter(|| model.judge(next())));
        group.bench_function(format!("route and explain, encoder {name}"), |b| {
            b.iter(|| router.route(&routing, &asked(&next().text), 3, true));
        });
    }
}

/// The same rows and targets for every learner: [`ROWS`] to learn from, the others to be judged.
struct Problem {
    sparse: Csr,
    targets: Vec<usize>,
}

impl Problem {
    fn new() -> Self {
        let data = Dataset::new(rows(2 * ROWS)).unwrap();
        let tickets = data.tickets();
        let (sparse, _) = Vectorizer::fit(&tickets[..ROWS], usize::MAX).vectorize_all(&tickets);
        Self { sparse, targets: data.targets }
    }

    /// Says on stderr how many rows it was not shown a learner gets right.
    fn tell(&self, learner: &str, guess: impl Fn(usize) -> usize) {
        let judged = ROWS..self.targets.len();
        let right = judged.clone().filter(|row| guess(*row) == self.targets[*row]).count();
        eprintln!("{learner}: {:.3} of new rows right", right as f64 / judged.len() as f64);
    }

    /// Scores of a row under weights that lie term by term, group by group, the offsets last.
    fn scores(&self, row: usize, weights: &[f64]) -> Vec<f64> {
        let (terms, offsets) = weights.split_at(self.sparse.columns() * GROUPS);
        let mut scores = offsets.to_vec();
        let row = self.sparse.row(row);
        for (column, value) in row.indices.iter().zip(row.values) {
            let weights = &terms[*column as usize * GROUPS..][..GROUPS];
            scores.iter_mut().zip(weights).for_each(|(score, weight)| *score += weight * f64::from(*value));
        }
        scores
    }

    /// Half the squared weights and [`COST`] times the log loss, with the gradient.
    fn loss(&self, weights: &[f64], gradient: &mut [f64]) -> f64 {
        gradient.copy_from_slice(weights);
        let mut value = 0.5 * weights.iter().map(|weight| weight * weight).sum::<f64>();
        let (terms, offsets) = gradient.split_at_mut(self.sparse.columns() * GROUPS);
        for (at, target) in self.targets[..ROWS].iter().enumerate() {
            let mut errors = self.scores(at, weights);
            let highest = errors[largest(&errors)];
            errors.iter_mut().for_each(|score| *score = (*score - highest).exp());
            let sum: f64 = errors.iter().sum();
            errors.iter_mut().for_each(|share| *share *= COST / sum);
            value -= COST * (errors[*target] / COST).max(f64::MIN_POSITIVE).ln();
            errors[*target] -= COST;
            offsets.iter_mut().zip(&errors).for_each(|(offset, error)| *offset += error);
            let row = self.sparse.row(at);
            for (column, x) in row.indices.iter().zip(row.values) {
                let slopes = &mut terms[*column as usize * GROUPS..][..GROUPS];
                slopes.iter_mut().zip(&errors).for_each(|(slope, error)| *slope += error * f64::from(*x));
            }
        }
        value
    }

    fn logistic(&self) -> Vec<f64> {
        let start = vec![0.0; (self.sparse.columns() + 1) * GROUPS];
        minimize(start, ITERATIONS, |weights, gradient| self.loss(weights, gradient))
    }

    /// The commonest columns of all rows.
    fn dense(&self) -> Array2<f64> {
        let mut counts: Vec<(usize, u32)> = vec![0; self.sparse.columns()].into_iter().zip(0..).collect();
        let rows = 0..self.targets.len();
        (0..ROWS).for_each(|row| self.sparse.row(row).indices.iter().for_each(|at| counts[*at as usize].0 += 1));
        counts.sort_unstable_by_key(|(count, column)| (std::cmp::Reverse(*count), *column));
        let mut kept: Vec<u32> = counts.into_iter().take(DENSE_COLUMNS).map(|(_, column)| column).collect();
        kept.sort_unstable();
        let mut dense = Array2::zeros((rows.len(), kept.len()));
        for row in rows {
            let entries = self.sparse.row(row);
            for (column, value) in entries.indices.iter().zip(entries.values) {
                if let Ok(place) = kept.binary_search(column) {
                    dense[[row, place]] = f64::from(*value);
                }
            }
        }
        dense
    }
}

/// Why dual coordinate descent: it learns all terms in a fraction of the time in which others learn a few.
fn learners(c: &mut Criterion) {
    let problem = Problem::new();
    eprintln!("{ROWS} rows, {} terms, {GROUPS} groups", problem.sparse.columns());
    let mut group = c.benchmark_group("learn 2,000 rows");
    group.sample_size(10);
    let (none, targets) = (Dense::default(), Array1::from(problem.targets[..ROWS].to_vec()));
    let rows = DatasetBase::new(Rows::new(&problem.sparse, &none, (0..ROWS).collect()), targets.clone());
    for (name, informed) in [("dual coordinate descent", 0.0), ("dual coordinate descent, informed", 0.6)] {
        let learner = LinearSvm::new(GROUPS).cost(COST).informed(informed).check().unwrap();
        let found = learner.fit(&rows).unwrap();
        problem.tell(name, |row| largest(&found.margins(problem.sparse.row(row), &[])));
        group.bench_function(name, |b| b.iter(|| learner.fit(&rows).unwrap()));
    }
    let name = "logistic regression by L-BFGS";
    let weights = problem.logistic();
    problem.tell(name, |row| largest(&problem.scores(row, &weights)));
    group.bench_function(name, |b| b.iter(|| problem.logistic()));
    let name = format!("linfa-logistic, {DENSE_COLUMNS} terms");
    let dense = problem.dense();
    let few = DatasetBase::new(dense.view().split_at(Axis(0), ROWS).0, targets);
    let learner = linfa_logistic::MultiLogisticRegression::default().alpha(1.0 / COST);
    let guesses: Array1<usize> = learner.fit(&few).unwrap().predict(&dense);
    problem.tell(&name, |row| guesses[row]);
    group.bench_function(name, |b| b.iter(|| learner.fit(&few).unwrap()));
}

criterion_group!(benches, training, routing, learners);
criterion_main!(benches);
