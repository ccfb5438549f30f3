//! The question flow stage by stage over the shipped corpus: normalise, analyse, retrieve, encode, rank, answer.

#![expect(clippy::unwrap_used, reason = "a bench may stop at the first surprise")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jiff::Timestamp;
use yingda::{
    KnowledgeBase, LiveAt, Question, QuestionIndex, ReloadOptions, Segmenter, Sources, Terms, answer, normalize,
};

const ASKED: &str = "您好，我前天在你们家买的尿不湿拆了一包发现尺码买小了，剩下的还能换大一号吗？";

fn stages(c: &mut Criterion) {
    let sources = Sources::embedded();
    let now: Timestamp = "2026-11-05T12:00:00+08:00".parse().unwrap();
    let base = KnowledgeBase::open("bench", sources, now).unwrap();
    let snapshot = base.snapshot();
    let segmenter = Segmenter::default();
    let stored: Vec<Terms> = snapshot.matcher.questions.iter().map(|q| Terms::of(&q.text, &segmenter)).collect();
    let index = QuestionIndex::build(stored.iter()).unwrap();
    let terms = snapshot.matcher.terms(ASKED);
    let live = LiveAt { corpus: &snapshot.corpus, now };

    c.bench_function("normalize", |b| b.iter(|| normalize(black_box(ASKED))));
    c.bench_function("analyse", |b| b.iter(|| Terms::of(black_box(ASKED), &segmenter)));
    c.bench_function("retrieve 64", |b| b.iter(|| index.search(black_box(&terms), 64).unwrap()));
    let meanings = &snapshot.matcher.meanings;
    let meaning = meanings.meaning(&terms.normalized);
    // By turns: what was encoded just now would not be encoded again.
    let both = [terms.clone(), snapshot.matcher.terms(&ASKED.replace('一', "两"))];
    let mut turns = both.iter().cycle();
    let mut next = || turns.next().unwrap();
    c.bench_function("encode", |b| b.iter(|| meanings.meaning(&next().normalized)));
    c.bench_function("compare with every stored meaning", |b| b.iter(|| meanings.cosines(black_box(&meaning))));
    c.bench_function("encode, retrieve and rank", |b| b.iter(|| snapshot.matcher.candidates(next(), &live).unwrap()));
    let mut turn = 0_u32;
    c.bench_function("answer, never asked before", |b| {
        b.iter(|| {
            turn += 1;
            let text = format!("{ASKED}{turn}");
            answer(&snapshot, &question(&text), now).unwrap()
        });
    });
    c.bench_function("answer, asked before", |b| {
        b.iter(|| answer(&snapshot, &question(black_box(ASKED)), now).unwrap())
    });
    let dry_run = ReloadOptions { dry_run: true, ..ReloadOptions::default() };
    c.bench_function("reload of the shipped corpus", |b| b.iter(|| base.reload(&dry_run, now).unwrap()));
}

fn question(text: &str) -> Question<'_> {
    Question { text, channel: Some("wechat"), customer_tier: None, top: 3, explain: false }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(50);
    targets = stages
}
criterion_main!(benches);
