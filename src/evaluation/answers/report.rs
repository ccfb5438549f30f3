//! The evaluation as one HTML page that needs nothing else: measures, plots, wrong answers, unanswered questions.
//!
//! Everything that comes from files is escaped. The page holds questions as customers typed them: treat it as such.

use std::fmt::Write as _;

use html_escape::encode_text;

use super::comparison::{AnswerChange, AnswerComparison};
use super::measures::MEASURES;
use super::outcome::{AnswerOutcome, decision_label};
use super::quality::{JudgedQuestion, precision_coverage};
use super::result::AnswerEvaluation;
use crate::corpus::Corpus;
use crate::decision::Decision;
use crate::evaluation::change::p_label;
use crate::evaluation::page::{self, ReportError, dash};
use crate::evaluation::plots;
use crate::stats::{RISK, upper_bound};

/// The page for a result; `corpus` names the entries.
///
/// # Errors
/// [`ReportError`] when a plot cannot be drawn.
pub fn html(result: &AnswerEvaluation, corpus: &Corpus) -> Result<String, ReportError> {
    let mut page = page::open("应答评测报告");
    head(&mut page, result)?;
    page.push_str("<h2>指标</h2>\n");
    page::measures(&mut page, &MEASURES, &result.quality, &result.intervals)?;
    outside(&mut page, result)?;
    if let Some(comparison) = &result.comparison {
        compared(&mut page, comparison, corpus)?;
    }
    figures(&mut page, result)?;
    let wrong: Vec<&AnswerOutcome> = result.outcomes.iter().filter(|outcome| outcome.is_wrong_answer()).collect();
    let note = "直接给出了答案，而答案不对，或者这个问题知识库里根本没有答案。先看置信度最高的。";
    listed(&mut page, "答错的直接回答", note, &by_confidence(wrong), corpus)?;
    let unanswered: Vec<&AnswerOutcome> = result.outcomes.iter().filter(|outcome| outcome.is_unanswered()).collect();
    let note = "知识库里有答案，却既没有直接回答，也没有出现在推荐里。";
    listed(&mut page, "没有得到答案的库内问题", note, &by_confidence(unanswered), corpus)?;
    page.push_str(page::CLOSE);
    Ok(page)
}

fn head(page: &mut String, result: &AnswerEvaluation) -> std::fmt::Result {
    let (quality, bootstrap) = (&result.quality, result.bootstrap);
    writeln!(
        page,
        "<p class=\"note\">知识库版本 {}　模型版本 {}　有效期按 {} 计<br>\n\
         库内问题 {} 个，库外问题 {} 个。区间是 {:.0} % 置信区间：对问题做自助法重抽样 {} 次（库内库外分开抽，\
         种子固定为 {}），取百分位数。</p>",
        encode_text(&result.corpus_version),
        encode_text(&result.model_version),
        result.at,
        quality.questions,
        quality.out_of_scope,
        bootstrap.level * 100.0,
        bootstrap.resamples,
        bootstrap.seed,
    )
}

/// What is sure about questions that nothing answers: resampling says nothing where none was answered.
fn outside(page: &mut String, result: &AnswerEvaluation) -> std::fmt::Result {
    let asked = result.outcomes.iter().filter(|outcome| outcome.faq_id.is_none());
    let answered: Vec<bool> = asked.map(AnswerOutcome::is_wrong_answer).collect();
    let (rows, wrong) = (answered.len(), answered.iter().filter(|answered| **answered).count());
    if rows == 0 {
        return Ok(());
    }
    writeln!(
        page,
        "<p>库外问题 {rows} 个里直接回答了 {wrong} 个；有 95 % 的把握，直接回答的不超过 {:.1} %（精确的单侧二项界）。</p>",
        upper_bound(rows, wrong, RISK) * 100.0,
    )
}

fn compared(page: &mut String, comparison: &AnswerComparison, corpus: &Corpus) -> std::fmt::Result {
    writeln!(
        page,
        "<h2>与基线比较</h2>\n<p class=\"note\">同样的问题逐题配对。首位命中：新答对 {} 题，新答错 {} 题，\
         精确 McNemar 检验 {}。比例之差以百分点计；差的区间不含 0 的标出颜色。</p>",
        comparison.won.len(),
        comparison.lost.len(),
        p_label(comparison.p_value),
    )?;
    page::changes(page, &MEASURES, &comparison.measures, ["基线", "现在"])?;
    changes(page, "新答对的", &comparison.won, corpus)?;
    changes(page, "新答错的", &comparison.lost, corpus)
}

fn changes(page: &mut String, title: &str, changes: &[AnswerChange], corpus: &Corpus) -> std::fmt::Result {
    if changes.is_empty() {
        return Ok(());
    }
    let columns = ["问题", "应答条目", "#名次", "原来的首位", "现在的首位"];
    page::open_list(page, title, changes.len(), &columns)?;
    for change in changes {
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{} → {}</td><td>{}</td><td>{}</td></tr>",
            encode_text(&change.question),
            entry(corpus, Some(&change.faq_id)),
            rank(change.rank_before),
            rank(change.rank),
            entry(corpus, change.best_before.as_deref()),
            entry(corpus, change.best.as_deref()),
        )?;
    }
    page.push_str(page::CLOSE_LIST);
    Ok(())
}

fn figures(page: &mut String, result: &AnswerEvaluation) -> Result<(), ReportError> {
    let judged: Vec<JudgedQuestion> = result.outcomes.iter().map(AnswerOutcome::judged).collect();
    let points: Vec<(f64, f64)> =
        precision_coverage(&judged).iter().map(|point| (point.coverage, point.precision)).collect();
    let curve = plots::precision_coverage(&points, present(result))?;
    let diagram = plots::reliability(&result.reliability, "答对的比例（柱上是问题数）")?;
    write!(
        page,
        "<h2>精度与校准</h2>\n<div class=\"plots\">\n<figure><figcaption>精度–覆盖曲线</figcaption>\n{curve}\
         <p class=\"note\">门槛从严到宽：答得越多，答对的比例越低。虚线是 95 % 精度。</p></figure>\n\
         <figure><figcaption>可靠性图</figcaption>\n{diagram}\
         <p class=\"note\">置信度说到做到时，圆点落在虚线上；在虚线之下是过于自信。</p></figure>\n</div>\n"
    )?;
    Ok(())
}

/// Coverage and precision of the direct answers given; none where none was given.
fn present(result: &AnswerEvaluation) -> Option<(f64, f64)> {
    let precision = result.quality.direct_answer_precision?;
    let right = result.outcomes.iter().filter(|o| o.decision == Decision::Answer && !o.is_wrong_answer()).count();
    #[expect(clippy::cast_precision_loss, reason = "counts of questions are far below 2^53")]
    let coverage = right as f64 / result.quality.questions.max(1) as f64;
    Some((coverage, precision))
}

fn by_confidence(mut outcomes: Vec<&AnswerOutcome>) -> Vec<&AnswerOutcome> {
    outcomes.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    outcomes
}

fn listed(
    page: &mut String,
    title: &str,
    note: &str,
    outcomes: &[&AnswerOutcome],
    corpus: &Corpus,
) -> std::fmt::Result {
    writeln!(page, "<h2>{title}</h2>\n<p class=\"note\">{note}</p>")?;
    if outcomes.is_empty() {
        page.push_str("<p>没有。</p>\n");
        return Ok(());
    }
    let columns = ["问题", "应答条目", "#名次", "首位候选", "#置信度", "决定"];
    page::open_list(page, title, outcomes.len(), &columns)?;
    for outcome in outcomes {
        writeln!(
            page,
            "<tr><td>{}</td><td>{}</td><td class=\"n\">{}</td><td>{}</td><td class=\"n\">{:.3}</td><td>{}</td></tr>",
            encode_text(&outcome.question),
            outcome.faq_id.as_deref().map_or_else(|| "（库外）".to_owned(), |id| entry(corpus, Some(id))),
            rank(outcome.rank),
            entry(corpus, outcome.best_faq_id.as_deref()),
            outcome.confidence,
            decision_label(outcome.decision),
        )?;
    }
    page.push_str(page::CLOSE_LIST);
    Ok(())
}

/// The standard question with the id below it; an entry that an earlier corpus had shows its id alone.
fn entry(corpus: &Corpus, id: Option<&str>) -> String {
    let Some(id) = id else { return dash() };
    let question = corpus.entry(id).map_or("", |entry| entry.question.as_str());
    format!("{}<br><small>{}</small>", encode_text(question), encode_text(id))
}

fn rank(rank: Option<usize>) -> String {
    rank.map_or_else(dash, |rank| rank.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{SourceFile, load_files};
    use crate::evaluation::answers::compare;
    use crate::evaluation::answers::result::EvaluatedVersions;
    use jiff::Timestamp;
    use jiff::tz::TimeZone;

    fn corpus() -> Corpus {
        let bytes = "{\"id\":\"refund\",\"question\":\"怎么退款<b>\",\"answer\":\"点退款\"}\n".as_bytes().to_vec();
        load_files(&[SourceFile { path: "faq.jsonl".to_owned(), bytes }], &TimeZone::UTC).unwrap()
    }

    fn outcome(question: &str, rank: Option<usize>, decision: Decision) -> AnswerOutcome {
        AnswerOutcome {
            question: question.to_owned(),
            faq_id: Some("refund".to_owned()),
            rank,
            best_faq_id: Some("refund".to_owned()),
            decision,
            confidence: 0.97,
            suggested: false,
        }
    }

    fn result(outcomes: Vec<AnswerOutcome>) -> AnswerEvaluation {
        let (corpus_version, model_version) = ("c1".to_owned(), "m1".to_owned());
        AnswerEvaluation::new(EvaluatedVersions { corpus_version, model_version, at: Timestamp::UNIX_EPOCH }, outcomes)
    }

    #[test]
    fn what_customers_typed_cannot_become_markup() {
        let hostile = "<script>alert(1)</script>&amp;";
        let page = html(&result(vec![outcome(hostile, Some(2), Decision::Answer)]), &corpus()).unwrap();
        assert!(!page.contains("<script>") && !page.contains("退款<b>"), "{page}");
        assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;amp;"), "{page}");
        assert!(page.contains("怎么退款&lt;b&gt;"), "{page}");
    }

    #[test]
    fn the_page_stands_alone_and_lists_what_went_wrong() {
        let outcomes = vec![
            outcome("答错的问题", Some(2), Decision::Answer),
            outcome("转走的问题", None, Decision::Handoff),
            outcome("答对的问题", Some(1), Decision::Answer),
        ];
        let page = html(&result(outcomes), &corpus()).unwrap();
        assert_eq!(page.matches("<svg").count(), 2);
        for outside in ["src=", "href=", "url(", "@import"] {
            assert!(!page.contains(outside), "the page needs {outside}");
        }
        let (wrong, unanswered) = page.split_once("没有得到答案的库内问题").unwrap();
        assert!(wrong.contains("答错的问题") && unanswered.contains("转走的问题"), "{page}");
        assert!(!page.contains("答对的问题"), "right answers are no news");
    }

    #[test]
    fn none_answered_of_few_is_not_none_for_sure() {
        let outside = AnswerOutcome { faq_id: None, ..outcome("库外", None, Decision::Handoff) };
        let page = html(&result(vec![outside; 59]), &corpus()).unwrap();
        assert!(page.contains("库外问题 59 个里直接回答了 0 个；有 95 % 的把握，直接回答的不超过 5.0 %"), "{page}");
        let inside = html(&result(vec![outcome("问", Some(1), Decision::Answer)]), &corpus()).unwrap();
        assert!(!inside.contains("有 95 % 的把握"), "nothing outside was asked");
    }

    #[test]
    fn a_comparison_lists_what_was_won_and_lost() {
        let before = vec![outcome("甲", Some(2), Decision::Suggest), outcome("乙", Some(1), Decision::Suggest)];
        let now = vec![outcome("甲", Some(1), Decision::Suggest), outcome("乙", None, Decision::Suggest)];
        let comparison = compare(&before, &now).unwrap();
        let page = html(&AnswerEvaluation { comparison: Some(comparison), ..result(now) }, &corpus()).unwrap();
        assert!(page.contains("新答对的：1 个") && page.contains("新答错的：1 个"), "{page}");
        assert!(page.contains("2 → 1") && page.contains("1 → –"), "{page}");
    }
}
