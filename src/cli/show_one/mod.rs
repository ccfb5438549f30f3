//! `yingda show-one`: one question's whole way, from what was typed to the decision and where a hand-off would go.
//!
//! Collects what the service itself computes; [`screen`] lays it out. Decides nothing.

mod screen;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use jiff::Timestamp;
use serde::Serialize;

use super::check::print_issues;
use crate::answer::{Answered, Question, answer};
use crate::encoder::EncoderKind;
use crate::knowledge_base::{KnowledgeBase, Sources};
use crate::snapshot::{Asked, Snapshot};
use crate::text::trace::{Step, trace};
use crate::tickets::{Routed, Ticket};

/// Candidates looked at.
const TOP: usize = 20;

/// 一个问题的全过程：原文、归一、分词、候选、信号、校准、门槛、决定、转人工的去向
#[derive(Debug, Args)]
pub struct ShowOne {
    /// 客户的问题，按原样
    #[arg(value_name = "问题")]
    question: String,
    /// 知识库目录；不给则用程序自带的知识库
    #[arg(long, value_name = "DIR")]
    corpus: Option<PathBuf>,
    /// 渠道，例如 wechat
    #[arg(long, value_name = "CHANNEL")]
    channel: Option<String>,
    /// 按此刻的有效期（RFC 3339）；不给则按现在
    #[arg(long, value_name = "TIME")]
    at: Option<Timestamp>,
    /// 句向量编码器：standard 或 accurate
    #[arg(long, value_name = "编码器", default_value = "standard", value_parser = crate::cli::values::encoder_kind)]
    encoder: EncoderKind,
    /// 以 JSON 输出
    #[arg(long)]
    json: bool,
}

/// Everything on a question's way, in its order.
#[derive(Debug, Serialize)]
struct Way {
    question: String,
    /// The rules that changed the text, with what each made of it.
    steps: Vec<Step>,
    normalized: String,
    /// Synonyms folded.
    words: Vec<String>,
    /// Characters and character pairs.
    grams: Vec<String>,
    answer_threshold: f64,
    suggest_threshold: f64,
    /// What the confidences were fitted on, in Chinese.
    calibrated_on: String,
    /// The answer of the best candidate for the channel, whether it is given or not.
    answer_text: Option<String>,
    /// With an explanation for each candidate.
    #[serde(flatten)]
    answered: Answered,
    /// Where it would go if nobody answered.
    route: Routed,
    /// The Chinese name of the group that a hand-off reaches.
    group_name: String,
}

/// Runs the command.
///
/// # Errors
/// A blank question, a corpus with issues.
pub fn run(args: &ShowOne) -> anyhow::Result<ExitCode> {
    if args.question.trim().is_empty() {
        bail!("问题为空，例如 yingda show-one \"退款几天能到账\"");
    }
    let now = args.at.unwrap_or_else(crate::clock::now);
    let sources = Sources { corpus: args.corpus.clone(), encoder: args.encoder, ..Sources::embedded() };
    let base = match KnowledgeBase::open("default", sources, now) {
        Ok(base) => base,
        Err(refused) if !refused.issues().is_empty() => {
            print_issues(refused.issues(), &mut std::io::stderr().lock())?;
            return Ok(ExitCode::FAILURE);
        }
        Err(refused) => return Err(refused.into()),
    };
    let way = way(&base.snapshot(), args, now)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", serde_json::to_string_pretty(&way)?)?;
    } else {
        write!(out, "{}", screen::render(&way))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn way(snapshot: &Snapshot, args: &ShowOne, now: Timestamp) -> anyhow::Result<Way> {
    let text = args.question.trim();
    let channel = args.channel.as_deref();
    let question = Question { text, channel, customer_tier: None, top: TOP, explain: true };
    let answered = answer(snapshot, &question, now)?;
    let asked = Asked { text, channel, customer_tier: None };
    let traced = trace(text);
    let terms = snapshot.matcher.terms_of_normalized(&traced.normalized);
    let ticket = Ticket { title: "", text, channel, customer_tier: None };
    let ranked = snapshot.ranked(&asked, now)?;
    let of_best = || ranked.scored.first().map(|best| snapshot.entry(best).answer_for(channel).to_owned());
    let answer_text = answered.answer.as_ref().map(|answer| answer.text.clone()).or_else(of_best);
    let route = snapshot.route(&ranked, &ticket).clone();
    let group = answered.handoff.as_ref().map_or(&route.skill_group, |handoff| &handoff.skill_group);
    let group_name = snapshot.corpus.routing.group(group).map_or_else(|| group.clone(), |group| group.name.clone());
    Ok(Way {
        question: text.to_owned(),
        steps: traced.steps,
        normalized: traced.normalized,
        words: terms.words,
        grams: terms.grams,
        answer_threshold: snapshot.policy.answer_threshold,
        suggest_threshold: snapshot.policy.suggest_threshold,
        calibrated_on: snapshot.statement.calibrated_on.clone(),
        answer_text,
        answered,
        route,
        group_name,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use super::*;

    fn now() -> Timestamp {
        "2026-09-15T12:00:00+08:00".parse().unwrap()
    }

    /// Opened once: the first time takes seconds.
    static SHIPPED: LazyLock<KnowledgeBase> =
        LazyLock::new(|| KnowledgeBase::open("default", Sources::embedded(), now()).unwrap());

    fn shown(question: &str) -> (Way, String) {
        let (base, now, encoder) = (&*SHIPPED, now(), EncoderKind::Standard);
        let args =
            ShowOne { question: question.to_owned(), corpus: None, channel: None, at: Some(now), encoder, json: false };
        let way = way(&base.snapshot(), &args, now).unwrap();
        let screen = screen::render(&way);
        (way, screen)
    }

    #[test]
    fn shows_every_station_in_order() {
        let (way, screen) = shown("您好，請問運費怎麼算");
        let stations = [
            "原文",
            "归一",
            "script",
            "分词",
            "字组",
            "候选",
            "首位候选",
            "截距",
            "对数几率",
            "校准",
            "第二名",
            "门槛",
            "决定",
            "答案",
            "转人工",
        ];
        let mut rest = screen.as_str();
        for station in stations {
            let Some((_, after)) = rest.split_once(station) else { panic!("{station} is missing or early:\n{screen}") };
            rest = after;
        }
        assert!(screen.contains("运费怎么算"), "{screen}");
        assert!(screen.lines().count() <= 60, "one screen: {} lines", screen.lines().count());
        let json = serde_json::to_value(&way).unwrap();
        assert_eq!(json["normalized"], "运费怎么算");
        assert!(json["candidates"][0]["explanation"]["signals"].is_array(), "{json}");
    }

    #[test]
    fn says_why_it_does_not_answer_from_an_entry() {
        let rows = [
            ("给我转人工", "转人工", "客户要求转人工"), // asked for
            ("我要投诉你们", "转人工", "投诉"),         // a complaint
            ("🙂🙂", "直接回答", "寒暄或闲聊"),         // nothing is said
        ];
        for (question, decided, expected) in rows {
            let (_, screen) = shown(question);
            let decision = screen.lines().find(|line| line.starts_with("决定")).unwrap().to_owned();
            assert!(decision.contains(decided) && decision.contains(expected), "{question}: {decision}");
        }
    }
}
