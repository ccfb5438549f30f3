//! The evaluation as one HTML page that needs nothing else: measures, groups, plots, confusions, wrong tickets.
//!
//! Everything that comes from files is escaped. The page holds what customers wrote, normalised: treat it as such.

use std::fmt::Write as _;

use html_escape::encode_text;

use super::comparison::{TicketChange, TicketComparison};
use super::confusion::matrix;
use super::judging::Source;
use super::measures::MEASURES;
use super::outcome::{TicketOutcome, decision_label};
use super::result::{OutOfScope, TicketEvaluation};
use crate::evaluation::change::p_label;
use crate::evaluation::page::{self, ReportError, dash};
use crate::evaluation::plots;
use crate::tickets::GroupQuality;

/// Confused pairs listed; the matrix shows all.
const PAIRS: usize = 20;

/// The page for a result.
///
/// # Errors
/// [`ReportError`] when a plot cannot be drawn.
pub fn html(result: &TicketEvaluation) -> Result<String, ReportError> {
    let mut page = page::open("工单分派评测报告");
    head(&mut page, result)?;
    page.push_str("<h2>指标</h2>\n");
    page::measures(&mut page, &MEASURES, &result.measures, &result.intervals)?;
    if let Some(outside) = &result.out_of_scope {
        out_of_scope(&mut page, outside)?;
    }
    if let Some(comparison) = &result.comparison {
        compared(&mut page, comparison)?;
    }
    figures(&mut page, result)?;
    groups(&mut page, result)?;
    page.push_str(
        "<h2>混淆矩阵</h2>\n<p class=\"note\">一行是一个技能组的工单，一列是模型猜的组；颜色越深，占这一行的比例越高。\
         对角线是分对的。</p>\n",
    );
    matrix(&mut page, &result.measures)?;
    confused(&mut page, result)?;
    let (routed, reviewed): (Vec<&TicketOutcome>, Vec<&TicketOutcome>) =
        result.outcomes.iter().filter(|outcome| outcome.is_wrong()).partition(|outcome| outcome.is_routed());
    let note = "没有经人看就分派了，而分错了组。先看置信度最高的：可能是标签本来就错。";
    listed(&mut page, "分错的直接分派", note, routed)?;
    listed(&mut page, "猜错而交人工的工单", "模型没有把握，交人工分派；候选集里往往有正确的组。", reviewed)?;
    if let Some(outside) = &result.out_of_scope {
        let routed = outside.outcomes.iter().filter(|outcome| outcome.is_routed()).collect();
        listed(&mut page, "被直接分派的库外工单", "不属于任何技能组，本应交人工。", routed)?;
    }
    if let Some(comparison) = &result.comparison {
        page.push_str("<h2>与对照模型不同的工单</h2>\n");
        changes(&mut page, "新分错的", &comparison.lost)?;
        changes(&mut page, "新分对的", &comparison.won)?;
    }
    page.push_str(page::CLOSE);
    Ok(page)
}

fn head(page: &mut String, result: &TicketEvaluation) -> std::fmt::Result {
    let source = match &result.source {
        Source::Model { model_version } => format!("模型版本 {}", encode_text(model_version)),
        Source::Split { train_rows, repeated: 0 } => format!("用 {train_rows} 条工单训练，在另一部分上评测"),
        Source::Split { train_rows, repeated } => {
            format!("用 {train_rows} 条工单训练，在另一部分上评测，其中 {repeated} 条的文本在训练部分也有，仍然计入")
        }
        Source::Folds { folds, duplicates, empty } => {
            format!("{folds} 折交叉验证；评测前去掉重复的 {duplicates} 条、归一后为空的 {empty} 条")
        }
    };
    let bootstrap = result.bootstrap;
    write!(page, "<p class=\"note\">{source}<br>\n工单 {} 条", result.measures.rows)?;
    if result.excluded > 0 {
        write!(page, "（另有 {} 条是模型训练过的，已排除）", result.excluded)?;
    }
    if let Some(outside) = &result.out_of_scope {
        write!(page, "，库外工单 {} 条", outside.rows)?;
        if outside.excluded > 0 {
            write!(page, "（另有 {} 条是模型训练过的，已排除）", outside.excluded)?;
        }
    }
    writeln!(
        page,
        "，技能组 {} 个。区间是 {:.0} % 置信区间：对工单做自助法重抽样 {} 次（种子固定为 {}），取百分位数。</p>",
        result.evidence.iter().filter(|group| group.known).count(),
        bootstrap.level * 100.0,
        bootstrap.resamples,
        bootstrap.seed,
    )?;
    if let Some(note) = result.unknown_labels_note() {
        writeln!(page, "<p class=\"warn\">{}。</p>", encode_text(&note))?;
    }
    Ok(())
}

fn out_of_scope(page: &mut String, outside: &OutOfScope) -> std::fmt::Result {
    let interval = outside.interval.map_or_else(dash, |interval| MEASURES[0].show_interval(interval));
    writeln!(
        page,
        "<p>库外工单被直接分派：{} 条中 {} 条，{}，区间 {interval}；有 95 % 的把握不超过 {}（精确的单侧上界）。</p>",
        outside.rows,
        outside.routed_rows,
        percent(Some(outside.routed)),
        percent(Some(outside.routed_at_most)),
    )
}

fn compared(page: &mut String, comparison: &TicketComparison) -> std::fmt::Result {
    writeln!(
        page,
        "<h2>与另一个模型比较</h2>\n<p class=\"note\">对照模型版本 {}，同样的工单逐条配对。新分对 {} 条，新分错 {} 条，\
         精确 McNemar 检验 {}。比例之差以百分点计；差的区间不含 0 的标出颜色。逐条列在最后。</p>",
        encode_text(&comparison.model_version),
        comparison.won.len(),
        comparison.lost.len(),
        p_label(comparison.p_value),
    )?;
    page::changes(page, &MEASURES, &comparison.measures, ["对照", "本模型"])
}

fn changes(page: &mut String, title: &str, changes: &[TicketChange]) -> std::fmt::Result {
    if changes.is_empty() {
        return writeln!(page, "<p>{title}：没有。</p>");
    }
    page::open_list(page, title, changes.len(), &["工单", "应为", "对照猜作", "#置信度", "本模型猜作", "#置信度"])?;
    for change in changes {
        writeln!(
            page,
            "<tr><td class=\"text\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{:.3}</td><td>{}</td>\
             <td class=\"n\">{:.3}</td></tr>",
            ticket(&change.text, &change.file, change.line),
            encode_text(&change.truth),
            encode_text(&change.guess_before),
            change.confidence_before,
            encode_text(&change.guess),
            change.confidence,
        )?;
    }
    page.push_str(page::CLOSE_LIST);
    Ok(())
}

fn figures(page: &mut String, result: &TicketEvaluation) -> Result<(), ReportError> {
    let now = result.measures.routed_precision.map(|precision| (result.measures.routed, 1.0 - precision));
    let points: Vec<(f64, f64)> = result.risk_coverage.iter().map(|point| (point.coverage, point.risk)).collect();
    let curve = plots::risk_coverage(&points, now)?;
    let diagram = plots::reliability(&result.reliability, "猜对的比例（柱上是工单数）")?;
    let note = if now.is_some() {
        "红点是现在的门槛；它也把不像训练工单的挡下，所以可能不在曲线上。"
    } else {
        "现在没有直接分派的工单。"
    };
    write!(
        page,
        "<h2>把握与对错</h2>\n<div class=\"plots\">\n<figure><figcaption>风险–覆盖曲线</figcaption>\n{curve}\
         <p class=\"note\">只分派最有把握的这么多，会错多少。虚线是 5 % 错误。{note}</p></figure>\n\
         <figure><figcaption>可靠性图</figcaption>\n{diagram}\
         <p class=\"note\">置信度说到做到时，圆点落在虚线上；在虚线之下是过于自信。</p></figure>\n</div>\n"
    )?;
    Ok(())
}

fn groups(page: &mut String, result: &TicketEvaluation) -> std::fmt::Result {
    page.push_str(
        "<h2>各技能组</h2>\n<p class=\"note\">直接分派：这个组的工单不经人看的比例。分派精度：直接分派到这个组的，\
         真正属于它的比例。候选集：平均组数和含有正确组的比例。</p>\n<div class=\"scroll\"><table class=\"groups\">\n\
         <thead><tr><th>技能组</th><th class=\"n\">工单</th><th class=\"n\">精确率</th><th class=\"n\">召回率</th>\
         <th class=\"n\">F1</th><th class=\"n\">直接分派</th><th class=\"n\">分派精度</th><th class=\"n\">候选集</th>\
         <th class=\"n\">含正确组</th><th>还缺的证据</th></tr></thead>\n",
    );
    for (group, evidence) in result.measures.groups.iter().zip(&result.evidence) {
        if !evidence.known && group.rows == 0 {
            continue;
        }
        let GroupQuality { label, rows, precision, recall, routed, .. } = group;
        write!(page, "<tr><td>{}</td><td class=\"n\">{rows}</td>", encode_text(label))?;
        for figure in [*precision, *recall, group.f1, *routed, group.routed_precision] {
            write!(page, "<td class=\"n\">{}</td>", percent(figure))?;
        }
        writeln!(
            page,
            "<td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"small\">{}</td></tr>",
            group.shortlist_size.map_or_else(dash, |size| format!("{size:.2}")),
            percent(group.shortlist_coverage),
            evidence.missing().join("；"),
        )?;
    }
    page.push_str("</table></div>\n");
    Ok(())
}

fn confused(page: &mut String, result: &TicketEvaluation) -> std::fmt::Result {
    if result.confusions.is_empty() {
        return Ok(());
    }
    page.push_str(
        "<h2>最常混淆的组</h2>\n<div class=\"scroll\"><table class=\"few\">\n<tr><th>应为</th><th>猜作</th>\
         <th class=\"n\">工单</th><th class=\"n\">占应为的</th></tr>\n",
    );
    for pair in result.confusions.iter().take(PAIRS) {
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
            encode_text(&pair.truth),
            encode_text(&pair.guess),
            pair.rows,
            percent(Some(pair.share)),
        )?;
    }
    page.push_str("</table></div>\n");
    if result.confusions.len() > PAIRS {
        writeln!(page, "<p class=\"note\">另有 {} 对，见矩阵。</p>", result.confusions.len() - PAIRS)?;
    }
    Ok(())
}

/// Tickets by confidence, the surest first.
fn listed(page: &mut String, title: &str, note: &str, mut outcomes: Vec<&TicketOutcome>) -> std::fmt::Result {
    outcomes.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    writeln!(page, "<h2>{title}</h2>\n<p class=\"note\">{note}</p>")?;
    if outcomes.is_empty() {
        page.push_str("<p>没有。</p>\n");
        return Ok(());
    }
    page::open_list(page, title, outcomes.len(), &["工单", "应为", "猜作", "#置信度", "决定", "候选集"])?;
    for outcome in outcomes {
        writeln!(
            page,
            "<tr><td class=\"text\">{}</td><td>{}</td><td>{}</td><td class=\"n\">{:.3}</td>\
             <td class=\"w\">{}</td><td class=\"small\">{}</td></tr>",
            ticket(&outcome.text, &outcome.file, outcome.line),
            encode_text(outcome.truth.as_deref().unwrap_or("库外")),
            encode_text(&outcome.guess),
            outcome.confidence,
            decision_label(outcome.decision),
            encode_text(&outcome.shortlist.join("、")),
        )?;
    }
    page.push_str(page::CLOSE_LIST);
    Ok(())
}

/// A ticket's text with its place below.
fn ticket(text: &str, file: &str, line: usize) -> String {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    format!("{}<br><small>{}:{line}</small>", encode_text(text).replace('\n', "<br>"), encode_text(name))
}

fn percent(share: Option<f64>) -> String {
    MEASURES[0].show(share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Place;
    use crate::evaluation::tickets::{EvaluatedTickets, compare};
    use crate::tickets::{JudgedTicket, Judgement, PairedModels, TicketRow, TicketText};

    const HOSTILE: &str = "<script>alert(1)</script>&amp;";

    fn row(line: usize, text: &str) -> TicketRow {
        let ticket = TicketText { text: text.to_owned(), ..TicketText::default() };
        let place = Place::new(format!("dir/{HOSTILE}.jsonl"), line);
        TicketRow { ticket, label: HOSTILE.to_owned(), channel: None, customer_tier: None, place }
    }

    fn judged(guess: usize, confidence: f64, routed: bool) -> JudgedTicket {
        JudgedTicket { truth: 0, guess, confidence, routed, shortlist: vec![guess, 0] }
    }

    fn evaluated() -> EvaluatedTickets {
        let found =
            Judgement { best: 1, probabilities: vec![0.2, 0.8], routed: true, outlier: false, shortlist: vec![1] };
        EvaluatedTickets {
            source: Source::Model { model_version: HOSTILE.to_owned() },
            labels: vec![HOSTILE.to_owned(), "乙<b>".to_owned()],
            known: 1,
            shared_shortlist: Vec::new(),
            rows: vec![row(1, "分错的工单"), row(2, HOSTILE), row(3, "分对的工单")],
            judged: vec![judged(1, 0.9, true), judged(1, 0.4, false), judged(0, 0.8, true)],
            outside: vec![(row(9, "库外的工单"), found)],
            outside_excluded: 2,
            excluded: 4,
        }
    }

    #[test]
    fn what_files_hold_cannot_become_markup() {
        let EvaluatedTickets { rows, labels, judged: now, .. } = evaluated();
        let before = vec![judged(0, 0.9, false), judged(0, 0.9, false), judged(1, 0.9, false)];
        let paired = PairedModels { rows, labels, current: before, candidate: now, excluded: 4 };
        let comparison = compare(&paired, HOSTILE);
        let page = html(&TicketEvaluation::new(&evaluated(), Some(comparison))).unwrap();
        assert!(!page.contains("<script>") && !page.contains("乙<b>"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"), "{page}");
        assert!(page.contains("新分对的：1 个") && page.contains("新分错的：2 个"), "{page}");
    }

    #[test]
    fn the_page_stands_alone_and_lists_what_went_wrong() {
        let page = html(&TicketEvaluation::new(&evaluated(), None)).unwrap();
        assert_eq!(page.matches("<svg").count(), 2);
        for outside in ["src=", "href=", "url(", "@import", "<script"] {
            assert!(!page.contains(outside), "the page needs {outside}");
        }
        let (_, lists) = page.split_once("分错的直接分派").unwrap();
        let (routed, others) = lists.split_once("猜错而交人工的工单").unwrap();
        let (reviewed, outside) = others.split_once("被直接分派的库外工单").unwrap();
        assert!(routed.contains("分错的工单") && reviewed.contains("&lt;script&gt;") && outside.contains("库外的工单"));
        assert!(!page.contains("分对的工单"), "right guesses are no news");
        assert!(page.contains("另有 4 条是模型训练过的") && page.contains("另有 2 条是模型训练过的"));
        assert!(page.contains("现在的直接分派"), "{page}");
    }
}
