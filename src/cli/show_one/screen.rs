//! The layout of one question's way: plain Chinese lines, a table of candidates, a table of signals.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, Table};

use super::Way;
use crate::answer::{Candidate, HandoffReason};
use crate::decision::Decision;
use crate::evaluation::answers::outcome::decision_label;
use crate::explanation::{Explanation, MissingTerm, TermKind, Which};

/// Candidates shown.
const CANDIDATES: usize = 5;
/// Smaller contributions are summed up in one line.
const TELLING: f32 = 0.005;

/// The screen, ending in a line break.
pub(super) fn render(way: &Way) -> String {
    let mut lines = normalisation(way);
    lines.push(line("分词", &way.words.join(" ")));
    lines.push(line("字组", &way.grams.join(" ")));
    lines.push(line("候选", &format!("{} 个条目（检索后按排序留下，至多 20 个）", way.answered.candidates.len())));
    if let Some(best) = way.answered.candidates.first() {
        lines.push(candidates(&way.answered.candidates));
        lines.extend(best.explanation.iter().flat_map(|explanation| leader(best, explanation, &way.calibrated_on)));
    }
    lines.push(line(
        "门槛",
        &format!("直接回答 ≥ {:.3}，您是不是想问 ≥ {:.3}", way.answer_threshold, way.suggest_threshold),
    ));
    lines.push(line("决定", &format!("{}：{}", decision_label(way.answered.decision), why(way))));
    lines.extend(answer(way));
    lines.push(line("转人工", &destination(way)));
    lines.join("\n") + "\n"
}

fn line(label: &str, text: &str) -> String {
    format!("{label}　{text}")
}

fn normalisation(way: &Way) -> Vec<String> {
    let mut lines = vec![line("原文", &way.question)];
    if way.steps.is_empty() {
        lines.push(line("归一", &format!("{}（没有改动）", way.normalized)));
    } else {
        lines.push(line("归一", &way.normalized));
        lines.extend(way.steps.iter().map(|step| format!("　　　{:<12}→ {}", step.rule, step.after)));
    }
    lines
}

fn candidates(candidates: &[Candidate]) -> String {
    let mut table = new_table(&["名次", "条目", "匹配的问法", "置信度"], &[0, 3]);
    for (at, candidate) in candidates.iter().take(CANDIDATES).enumerate() {
        table.add_row([
            (at + 1).to_string(),
            candidate.faq_id.clone(),
            candidate.matched_question.clone(),
            format!("{:.3}", candidate.confidence),
        ]);
    }
    table.to_string()
}

/// The best candidate's sum and what it has in common with the question.
fn leader(best: &Candidate, explanation: &Explanation, calibrated_on: &str) -> Vec<String> {
    let mut lines = vec![line("首位候选", &format!("{}（{}）", best.question, best.faq_id)), signals(explanation)];
    lines.push(line(
        "对数几率",
        &format!("{:+.3} = 截距 {:+.3} + 各信号的贡献", explanation.logit, explanation.intercept),
    ));
    let calibration = explanation.calibration;
    lines.push(line(
        "校准",
        &format!(
            "{:.3} × 对数几率 {:+.3} = {:+.3} → 置信度 {:.3}（{calibrated_on}）",
            calibration.slope, calibration.intercept, explanation.calibrated_logit, best.confidence
        ),
    ));
    lines.extend(difference(explanation));
    lines.extend(terms(explanation));
    lines.push(line("第二名", &runner_up(explanation)));
    lines
}

/// What differs, and whether it holds the confidence down.
fn difference(explanation: &Explanation) -> Vec<String> {
    let Some(difference) = &explanation.difference else { return Vec::new() };
    let found = difference.finding.as_ref().map_or("没有实质差别", |finding| finding.text.as_str());
    let effect = if difference.decides {
        format!("（对数几率至多 {:+.3}）", difference.bound)
    } else {
        "（不影响置信度）".to_owned()
    };
    vec![line("差别", &format!("{found}{effect}"))]
}

fn signals(explanation: &Explanation) -> String {
    let mut parts: Vec<_> = explanation.signals.iter().collect();
    parts.sort_by(|a, b| b.contribution.abs().total_cmp(&a.contribution.abs()));
    let (telling, rest): (Vec<_>, Vec<_>) = parts.into_iter().partition(|part| part.contribution.abs() >= TELLING);
    let mut table = new_table(&["信号", "值", "贡献"], &[1, 2]);
    for part in telling {
        table.add_row([part.signal.clone(), format!("{:.3}", part.value), format!("{:+.3}", part.contribution)]);
    }
    if !rest.is_empty() {
        let sum: f32 = rest.iter().map(|part| part.contribution).sum();
        table.add_row([format!("其余 {} 个", rest.len()), String::new(), format!("{sum:+.3}")]);
    }
    table.add_row(["截距".to_owned(), String::new(), format!("{:+.3}", explanation.intercept)]);
    table.to_string()
}

/// Words in common and missing, synonyms, and contradictions where there are any.
fn terms(explanation: &Explanation) -> Vec<String> {
    let mut lines = Vec::new();
    let of_kind = |kind: TermKind| {
        let terms = explanation.terms.shared.iter().filter(|term| term.kind == kind);
        terms.map(|term| term.term.as_str()).collect::<Vec<_>>()
    };
    let only_in = |which: Which| {
        let missing = |term: &&MissingTerm| term.only_in == which;
        explanation.terms.missing.iter().filter(missing).map(|term| term.term.as_str()).collect::<Vec<_>>()
    };
    for (label, words) in [
        ("共同的词", of_kind(TermKind::Word)),
        ("共同的字", of_kind(TermKind::Characters)),
        ("只在提问里", only_in(Which::Asked)),
        ("只在问法里", only_in(Which::Matched)),
    ] {
        if !words.is_empty() {
            lines.push(line(label, &words.join(" ")));
        }
    }
    lines.extend(explanation.synonyms.iter().map(|synonym| {
        line("同义词", &format!("{} = {}（作 {}）", synonym.asked, synonym.matched, synonym.stands_for_both))
    }));
    if explanation.negation.mismatch {
        let side = if explanation.negation.asked { "提问" } else { "问法" };
        lines.push(line("否定不一致", &format!("只有{side}是否定的")));
    }
    if explanation.codes.mismatch {
        let list = |codes: &[String]| if codes.is_empty() { "无".to_owned() } else { codes.join(" ") };
        let (asked, matched) = (list(&explanation.codes.asked), list(&explanation.codes.matched));
        lines.push(line("数字代号不一致", &format!("提问 {asked}，问法 {matched}")));
    }
    lines
}

/// The text that the customer gets, or would get if the best candidate were answered.
fn answer(way: &Way) -> Option<String> {
    let text = way.answer_text.as_ref()?;
    let label = if way.answered.answer.is_some() { "答案" } else { "首位候选的答案（不会发出）" };
    Some(line(label, &text.replace('\n', "\n　　　")))
}

fn runner_up(explanation: &Explanation) -> String {
    explanation.runner_up.as_ref().map_or_else(
        || "没有".to_owned(),
        |other| {
            let lead = format!("置信度 {:.3}，首位领先 {:.3}", other.confidence, other.lead);
            format!("{}（{}），{lead}", other.question, other.faq_id)
        },
    )
}

fn why(way: &Way) -> String {
    let best = way.answered.candidates.first().map_or(0.0, |best| best.confidence);
    let (answer, suggest) = (way.answer_threshold, way.suggest_threshold);
    match (way.answered.decision, way.answered.handoff.as_ref().map(|handoff| handoff.reason)) {
        (_, Some(HandoffReason::HumanRequested)) => "客户要求转人工，命中哪条答案都不例外".to_owned(),
        (_, Some(HandoffReason::Complaint)) => "用了投诉的说法，命中哪条答案都不例外".to_owned(),
        (_, Some(HandoffReason::Repeated)) => "客户又问了同样的问题".to_owned(),
        (_, Some(HandoffReason::Misses)) => "这段对话里好几个问题没有答案".to_owned(),
        (_, Some(HandoffReason::NoCandidate)) => "没有相似的条目".to_owned(),
        (_, Some(HandoffReason::LowConfidence)) | (Decision::Handoff, None) => {
            format!("首位候选的置信度 {best:.3} 不到推荐的门槛 {suggest:.3}")
        }
        (Decision::Answer, None) if way.answered.is_smalltalk() => {
            "寒暄或闲聊，按内置或 smalltalk.toml 的话回复".to_owned()
        }
        (Decision::Answer, None) => format!("首位候选的置信度 {best:.3} 达到直接回答的门槛 {answer:.3}"),
        (Decision::Suggest, None) => {
            format!("首位候选的置信度 {best:.3} 不到直接回答的门槛 {answer:.3}，达到推荐的门槛 {suggest:.3}")
        }
    }
}

/// Where the question goes, or would go if nobody answered it.
fn destination(way: &Way) -> String {
    let (verb, group, confidence, promise) = match &way.answered.handoff {
        Some(handoff) => ("交给", &handoff.skill_group, handoff.confidence, &handoff.promise),
        None => ("若转人工，会交给", &way.route.skill_group, way.route.confidence, &way.route.promise),
    };
    let name = if way.group_name == *group { String::new() } else { format!(" {}", way.group_name) };
    let rule = way.route.rule.as_ref().map(|rule| format!("，规则 {rule}")).unwrap_or_default();
    format!("{verb} {group}{name}（置信度 {confidence:.3}{rule}）；告诉客户：{promise}")
}

fn new_table(header: &[&str], right: &[usize]) -> Table {
    let mut table = Table::new();
    // Without rules between the rows, so that all fits on a screen.
    table.load_style(NOTHING);
    table.set_header(header);
    for (at, column) in table.column_iter_mut().enumerate() {
        if right.contains(&at) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}
