//! Knowledge bases: where each lies, and how it answers. What a `[kb.name]` leaves out it takes from the top.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::tz::TimeZone;

use super::reader::Reader;
use super::section::{Reading, by, directory, fraction, optional, seconds_or_never, section};
use crate::encoder::EncoderKind;
use crate::policy::PolicySettings;

/// Name of the knowledge base that `/v1` serves.
pub const DEFAULT_KB: &str = "default";

section! {
    /// Where a knowledge base lies; embedded parts where `None`. Each has its own.
    #[derive(Eq)]
    Places in "" {
        "corpus" => corpus: Option<PathBuf> = "", optional(directory()), "默认知识库的语料目录；不填则使用内置语料";
        "model" => model: Option<PathBuf> = "", optional(directory()),
            "默认知识库的工单模型目录；不填时内置语料用内置模型，自己的语料只按规则和默认技能组分派";
    }
}

section! {
    /// How a knowledge base answers. Those at the top hold for all that have none of their own.
    Answering in "" {
        "encoder" => encoder: EncoderKind = "standard", by("应为 standard 或 accurate", EncoderKind::named),
            "句向量编码器：standard（每问约半毫秒）或 accurate（更准，每问约 7 毫秒，首次载入每千个问法约 4 秒）";
        /// Zone of corpus dates without an offset.
        "time_zone" => time_zone: TimeZone = "Asia/Shanghai", time_zone(),
            "语料里不带时区的日期按哪个时区理解（IANA 名称）";
        "target_precision" => target_precision: f64 = "0.95", fraction(0.5..=0.999),
            "直接回答的目标正确率（0.5 到 0.999）；门槛按知识库自己的证据得出，证据不足时用保守门槛且不作承诺";
        "suggest_target" => suggest_target: f64 = "0.5", fraction(0.05..=0.99),
            "“您是不是想问”里应有正确条目的比例（0.05 到 0.99）；证据不足时门槛为 0.25";
        "answer_threshold" => answer_threshold: Option<f64> = "", optional(fraction(0.0..=1.0)),
            "手工设定直接回答的置信度门槛（0 到 1）；不填则按 target_precision 得出";
        "suggest_threshold" => suggest_threshold: Option<f64> = "", optional(fraction(0.0..=1.0)),
            "手工设定“您是不是想问”的置信度门槛（0 到 1）；不填则按 suggest_target 得出";
        /// Share of the live entries that a publish may lose without force, 0..=1.
        "max_lost" => max_lost: f64 = "0.3", fraction(0.0..=1.0),
            "发布时最多可以少掉多大比例的条目（0 到 1）；超过则拒绝，除非 force";
    }
}

section! {
    /// When knowledge bases are opened and closed.
    #[derive(Copy, Eq)]
    Residency in "knowledge_bases" {
        "open" => open: OpenAt = "start", by("应为 start 或 first_use", |text| match text {
            "start" => Some(OpenAt::Start),
            "first_use" => Some(OpenAt::FirstUse),
            _ => None,
        }), "知识库何时载入：start（启动时全部载入）或 first_use（默认知识库启动时载入，其余第一次用到时载入）";
        /// How long a knowledge base other than the default one may be unused; for ever where `None`.
        "close_after_s" => close_after: Option<Duration> = "0", seconds_or_never(31_536_000),
            "知识库多久没人用就收起（秒），再用时重新载入；0 表示不收起。默认知识库从不收起";
    }
}

/// When a knowledge base is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenAt {
    Start,
    FirstUse,
}

/// Everything the operator says about one knowledge base.
#[derive(Debug, Clone, PartialEq)]
pub struct KnowledgeBaseSettings {
    pub places: Places,
    pub answering: Answering,
}

impl Answering {
    /// Targets, and thresholds that replace what the evidence says.
    #[must_use]
    pub fn policy(&self) -> PolicySettings {
        PolicySettings {
            target_precision: self.target_precision,
            suggest_target: self.suggest_target,
            answer_threshold: self.answer_threshold,
            suggest_threshold: self.suggest_threshold,
        }
    }
}

/// All knowledge bases by name; always holds [`DEFAULT_KB`].
pub(super) fn read(reader: &mut Reader<'_>) -> Option<BTreeMap<String, KnowledgeBaseSettings>> {
    let default = KnowledgeBaseSettings { places: Places::read(reader)?, answering: answering(reader)? };
    let mut bases = BTreeMap::from([(DEFAULT_KB.to_owned(), default)]);
    for name in reader.knowledge_bases() {
        let key = format!("kb.{name}");
        if name == DEFAULT_KB {
            reader.refuse(&key, "默认知识库请用顶层的 corpus 与 model 配置");
            continue;
        }
        if !is_name(&name) {
            reader.refuse(&key, "名称只能用小写字母、数字、- 和 _，最长 64 个字符");
            continue;
        }
        reader.enter(&key, Places::KEYS);
        let settings = KnowledgeBaseSettings { places: Places::read(reader)?, answering: answering(reader)? };
        if !reader.is_set("corpus") {
            reader.refuse("corpus", "缺少语料目录");
        }
        reader.leave();
        bases.insert(name, settings);
    }
    Some(bases)
}

fn answering(reader: &mut Reader<'_>) -> Option<Answering> {
    let answering = Answering::read(reader)?;
    if let (Some(above), Some(below)) = (answering.answer_threshold, answering.suggest_threshold)
        && below > above
        // Once for the place where it is written, not again for all that inherit it.
        && (reader.is_set("answer_threshold") || reader.is_set("suggest_threshold"))
    {
        reader.refuse("suggest_threshold", "不能大于 answer_threshold");
    }
    Some(answering)
}

fn time_zone() -> Reading<TimeZone> {
    by("应为 IANA 时区名，例如 Asia/Shanghai", |text| TimeZone::get(text).ok())
}

/// Names stand in URLs and directory names.
fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
    (1..=64).contains(&name.len()) && name.chars().all(fits)
}
