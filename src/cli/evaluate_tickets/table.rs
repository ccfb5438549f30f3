//! A ticket evaluation as people read it on a terminal: groups, measures with intervals, what stands out.

use crate::cli::measure_table;
use crate::evaluation::change::p_label;
use crate::evaluation::tickets::confusion::confusions;
use crate::evaluation::tickets::judging::Source;
use crate::evaluation::tickets::measures::MEASURES;
use crate::evaluation::tickets::{TicketComparison, TicketEvaluation};
use crate::tickets::{GroupQuality, MissingEvidence, RoutingQuality};

/// Confused pairs and groups without evidence named at most.
const NAMED: usize = 5;

/// Measures without intervals, as a training report shows them.
#[must_use]
pub(crate) fn measures(found: &RoutingQuality) -> String {
    let groups: Vec<&GroupQuality> = found.groups.iter().collect();
    let figures: Vec<String> =
        MEASURES.iter().map(|measure| format!("{} {}", measure.label, measure.show((measure.of)(found)))).collect();
    format!("{}\n{}\n{}", groups_table(&groups), figures.join("  "), confused(found))
}

/// The whole evaluation.
#[must_use]
pub(crate) fn evaluation(result: &TicketEvaluation) -> String {
    let shown = result.measures.groups.iter().zip(&result.evidence);
    let groups: Vec<&GroupQuality> =
        shown.filter(|(group, evidence)| evidence.known || group.rows > 0).map(|(group, _)| group).collect();
    let first = ["工单".to_owned(), result.measures.rows.to_string(), String::new()];
    let mut table = measure_table::measures(first, &MEASURES, &result.measures, &result.intervals);
    if let Some(outside) = &result.out_of_scope {
        let interval = outside.interval.map(|interval| MEASURES[0].show_interval(interval));
        let share = MEASURES[0].show(Some(outside.routed));
        table.add_row([format!("库外工单被直接分派（{} 条）", outside.rows), share, interval.unwrap_or_default()]);
    }
    let mut text = format!("{}\n{table}\n{}\n", groups_table(&groups), confused(&result.measures));
    for line in [source(result), evidence(&result.evidence), result.unknown_labels_note()].into_iter().flatten() {
        text.push_str(&line);
        text.push('\n');
    }
    if let Some(found) = &result.comparison {
        text.push_str(&comparison(found, &["与对照模型比较", "对照", "本模型", "差", "差的 95 % 区间"]));
    }
    text
}

/// Two models beside each other; `header` are the headings of the columns.
#[must_use]
pub(crate) fn comparison(found: &TicketComparison, header: &[&str; 5]) -> String {
    format!(
        "{}\n新分对 {} 条，新分错 {} 条，精确 McNemar 检验 {}\n",
        measure_table::changes(header, &MEASURES, &found.measures),
        found.won.len(),
        found.lost.len(),
        p_label(found.p_value)
    )
}

fn groups_table(groups: &[&GroupQuality]) -> String {
    let header = ["技能组", "工单", "精确率", "召回率", "F1", "直接分派", "分派精度", "候选集", "含正确组"];
    let mut table = measure_table::new_table(&header);
    let percent = |value: Option<f64>| MEASURES[0].show(value);
    for group in groups {
        table.add_row([
            group.label.clone(),
            group.rows.to_string(),
            percent(group.precision),
            percent(group.recall),
            percent(group.f1),
            percent(group.routed),
            percent(group.routed_precision),
            group.shortlist_size.map_or_else(|| "–".to_owned(), |size| format!("{size:.2}")),
            percent(group.shortlist_coverage),
        ]);
    }
    table.to_string()
}

fn confused(found: &RoutingQuality) -> String {
    let worst: Vec<String> = confusions(found)
        .iter()
        .take(NAMED)
        .map(|pair| format!("{} → {}（{}）", pair.truth, pair.guess, pair.rows))
        .collect();
    format!("最常混淆：{}", if worst.is_empty() { "无".to_owned() } else { worst.join("，") })
}

/// What the reader must know about the rows; nothing for a model that saw none of them.
fn source(result: &TicketEvaluation) -> Option<String> {
    match &result.source {
        Source::Model { .. } => {
            let outside = result.out_of_scope.as_ref().map_or(0, |outside| outside.excluded);
            let parts = [(result.excluded, "工单"), (outside, "库外工单")];
            let said: Vec<String> = parts
                .iter()
                .filter(|(rows, _)| *rows > 0)
                .map(|(rows, what)| format!("另有 {rows} 条是模型训练过的{what}，已排除"))
                .collect();
            (!said.is_empty()).then(|| said.join("\n"))
        }
        Source::Split { repeated, .. } => {
            (*repeated > 0).then(|| format!("其中 {repeated} 条的文本在训练部分也有，仍然计入"))
        }
        Source::Folds { duplicates, empty, .. } => {
            (duplicates + empty > 0).then(|| format!("评测前去掉重复的 {duplicates} 条、归一后为空的 {empty} 条"))
        }
    }
}

/// Groups for which evidence is missing; nothing where none is.
#[must_use]
pub(crate) fn evidence(groups: &[MissingEvidence]) -> Option<String> {
    let named = |which: &dyn Fn(&MissingEvidence) -> Option<String>| -> Option<String> {
        let all: Vec<String> = groups.iter().filter(|group| group.known).filter_map(which).collect();
        let more = all.len().saturating_sub(NAMED);
        let rest = if more > 0 { format!(" 等 {} 组", all.len()) } else { String::new() };
        (!all.is_empty()).then(|| format!("{}{rest}", all[..all.len() - more].join("、")))
    };
    let shared = named(&|group| (!group.own_shortlist).then(|| group.label.clone()));
    let unproven = named(&|group| {
        (group.right_rows_needed > 0).then(|| format!("{}（{}）", group.label, group.right_rows_needed))
    });
    let lines: Vec<String> = [
        shared.map(|names| format!("候选集门槛与别组共用（训练工单太少）：{names}")),
        unproven.map(|names| format!("要逐组证明 95 % 的分派精度，还要分对的工单：{names}")),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}
