//! Explanations hold what they say on the corpus that ships: sums that add up, places that point at the very words.

use jiff::Timestamp;
use yingda::{Answered, Explanation, KnowledgeBase, Question, Span, TextForm, Which, answer, normalize};

use crate::shared::shipped_base;

/// Questions of every kind of spelling; what they ask matters less than how it is written.
const ASKED: [&str; 14] = [
    "退款多久能到账",
    "您好，請問運費怎麼算呀",
    "  退 款 几 天 到 账 ？？？",
    "<p>我的&nbsp;订单<br>什么时候发货</p>",
    "ＶＩＰ会员怎么开通😀",
    "我手机13800001234收不到验证码怎么办",
    "yanzhengma收不到",
    "7天无理由退货，拆封了不能退吗",
    "30天之内能换货吗",
    "邮费谁出",
    "发票抬头开错了能不能重开一张，谢谢",
    "退\u{200b}货地址发我",
    "吗",
    "今天晚上吃什么好",
];

fn base() -> (&'static KnowledgeBase, Timestamp) {
    (shipped_base(), "2026-09-15T12:00:00+08:00".parse().unwrap())
}

fn ask(base: &KnowledgeBase, text: &str, now: Timestamp) -> Answered {
    let question = Question { text, channel: None, customer_tier: None, top: 20, explain: true };
    answer(&base.snapshot(), &question, now).unwrap()
}

/// Every explanation of every question, with its rank and the question.
fn explanations(base: &KnowledgeBase, now: Timestamp) -> Vec<(&'static str, usize, f64, Explanation)> {
    let mut found = Vec::new();
    for text in ASKED {
        for (at, candidate) in ask(base, text, now).candidates.into_iter().enumerate() {
            found.push((text, at + 1, candidate.confidence, *candidate.explanation.unwrap()));
        }
    }
    assert!(found.len() > 100, "{} candidates", found.len());
    found
}

fn characters(text: &str, span: Span) -> String {
    assert!(span.start < span.end && span.end <= text.chars().count(), "{span:?} in {text:?}");
    text.chars().skip(span.start).take(span.end - span.start).collect()
}

#[test]
fn contributions_and_intercept_add_up_to_the_logit_and_the_leaders_logit_to_its_confidence() {
    let (base, now) = base();
    for (text, rank, confidence, explanation) in explanations(base, now) {
        let sum: f32 = explanation.signals.iter().map(|part| part.contribution).sum();
        let difference = (sum + explanation.intercept - explanation.logit).abs();
        assert!(difference < 1e-4, "{text}, rank {rank}: off by {difference}");
        let own = 1.0 / (1.0 + (-f64::from(explanation.calibrated_logit)).exp());
        assert!(confidence <= own + 1e-4, "{text}, rank {rank}: {confidence} above {own}");
        // A leader that says the opposite keeps its logit and loses its confidence.
        let is_own = (confidence - own).abs() < 1e-4;
        // What is read as it sounds is kept below a direct answer, and the explanation says to what.
        let is_ceiling = explanation.ceiling.is_some_and(|ceiling| (confidence - f64::from(ceiling)).abs() < 1e-6);
        assert!(
            rank > 1 || is_own || is_ceiling || explanation.difference.is_some_and(|difference| difference.decides),
            "{text}: {confidence} is not {own}"
        );
    }
}

#[test]
fn places_point_at_the_very_words() {
    let (base, now) = base();
    let snapshot = base.snapshot();
    let segmenter = snapshot.matcher.segmenter();
    let mut checked = 0;
    for (text, rank, _, explanation) in explanations(base, now) {
        let terms = &explanation.terms;
        assert_eq!(terms.asked_form, TextForm::Typed, "{text}: each of its characters can be placed");
        assert_eq!(terms.asked_text, text);
        let shared = terms.shared.iter().flat_map(|term| {
            let asked = term.asked.iter().map(|span| (&term.term, &terms.asked_text, *span));
            asked.chain(term.matched.iter().map(|span| (&term.term, &terms.matched_text, *span)))
        });
        let missing = terms.missing.iter().flat_map(|term| {
            let whose = if term.only_in == Which::Asked { &terms.asked_text } else { &terms.matched_text };
            term.spans.iter().map(move |span| (&term.term, whose, *span))
        });
        for (term, whose, span) in shared.chain(missing) {
            let there = normalize(&characters(whose, span));
            assert_eq!(segmenter.canonical(&there), term, "{text}, rank {rank}, at {span:?} of {whose:?}");
            checked += 1;
        }
    }
    assert!(checked > 1_000, "{checked} places");
}

#[test]
fn numbers_and_negations_that_disagree_are_said() {
    let (base, now) = base();
    let all = explanations(base, now);
    let of = |text: &str| all.iter().filter(|row| row.0 == text).map(|row| &row.3).collect::<Vec<_>>();
    for explanation in of("30天之内能换货吗") {
        assert_eq!(explanation.codes.asked, ["30"]);
        assert_eq!(explanation.codes.mismatch, explanation.codes.matched != ["30"], "{:?}", explanation.codes);
    }
    let denied = of("7天无理由退货，拆封了不能退吗");
    assert!(denied.iter().all(|explanation| explanation.negation.asked));
    assert!(denied.iter().all(|explanation| explanation.negation.mismatch != explanation.negation.matched));
}

#[test]
fn synonyms_that_made_words_agree_are_named() {
    let (base, now) = base();
    let used: Vec<_> = explanations(base, now)
        .into_iter()
        .filter(|row| row.0 == "邮费谁出")
        .flat_map(|row| row.3.synonyms)
        .filter(|synonym| synonym.asked == "邮费")
        .collect();
    assert!(used.iter().any(|synonym| synonym.matched == "运费"), "{used:?}");
}

#[test]
fn the_runner_up_is_the_strongest_other_candidate() {
    let (base, now) = base();
    let candidates = ask(base, "退款多久能到账", now).candidates;
    let rivals: Vec<_> =
        candidates.iter().map(|c| c.explanation.as_ref().unwrap().runner_up.clone().unwrap()).collect();
    assert_eq!(rivals[0].faq_id, candidates[1].faq_id);
    assert!(rivals[0].lead >= 0.0, "{:?}", rivals[0]);
    for rival in &rivals[1..] {
        assert_eq!(rival.faq_id, candidates[0].faq_id);
        assert!(rival.lead <= 0.0, "{rival:?}");
    }
    let without =
        Question { text: "退款多久能到账", channel: None, customer_tier: None, top: 3, explain: false };
    let answered = answer(&base.snapshot(), &without, now).unwrap();
    assert!(answered.candidates.iter().all(|candidate| candidate.explanation.is_none()), "made only when asked for");
}
