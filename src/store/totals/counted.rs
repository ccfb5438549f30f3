//! What is counted of a decision, as it stands in its row.

use sqlx::any::AnyRow;
use sqlx::{AnyConnection, AssertSqlSafe, Row as _};

use crate::record::DecisionRecord;
use crate::store::error::StoreError;

/// Columns of decisions that sums are kept by.
pub(in crate::store) const FACETS: [&str; 10] = [
    "channel",
    "reason",
    "skill_group",
    "category",
    "customer_tier",
    "input_type",
    "corpus_version",
    "model_version",
    "key",
    "faq_id",
];

/// Columns of a decision that count: 1 where they hold. The first ten are those of its conversation.
pub(in crate::store) const MARKS: [&str; 14] = [
    "opens",
    "self_served",
    "nps_rated",
    "promoter",
    "detractor",
    "resolution_rated",
    "resolved",
    "clicked",
    "ordered",
    "good",
    "bad",
    "corrected",
    "reviewed",
    "reviewed_right",
];

/// A decision, as far as it is counted.
#[derive(Debug, Clone)]
pub(in crate::store) struct Counted {
    pub(in crate::store) message_id: String,
    pub(in crate::store) kb: String,
    /// Microseconds since 1970 UTC.
    pub(in crate::store) at: i64,
    pub(in crate::store) duration_us: i64,
    pub(in crate::store) decision: String,
    pub(in crate::store) conversation_id: Option<String>,
    /// In the order of [`FACETS`]; empty where the column is.
    pub(in crate::store) values: [String; FACETS.len()],
    /// In the order of [`MARKS`].
    pub(in crate::store) marks: [i64; MARKS.len()],
}

impl Counted {
    /// A decision that was made just now: nobody has said anything of it.
    pub(in crate::store) fn new(record: &DecisionRecord, decision: &str, texts: impl Fn(&str) -> String) -> Self {
        let outcome = &record.outcome;
        let text = |text: Option<&str>| texts(text.unwrap_or_default());
        Self {
            message_id: record.message_id.clone(),
            kb: record.kb.clone(),
            at: record.at.as_microsecond(),
            duration_us: i64::try_from(record.duration_us).unwrap_or(i64::MAX),
            decision: decision.to_owned(),
            conversation_id: record.conversation_id.as_deref().map(&texts),
            values: [
                text(record.channel.as_deref()),
                text(outcome.reason.as_deref()),
                text(outcome.skill_group.as_deref()),
                text(outcome.category.as_deref()),
                text(record.customer_tier.as_deref()),
                text(record.input_type.map(crate::record::InputType::name)),
                record.corpus_version.clone(),
                record.model_version.clone(),
                record.key.clone(),
                text(outcome.faq_id.as_deref()),
            ],
            marks: [0; MARKS.len()],
        }
    }

    /// Its value in a column of [`FACETS`].
    pub(super) fn value(&self, facet: &str) -> &str {
        FACETS.iter().zip(&self.values).find(|(name, _)| **name == facet).map_or("", |(_, value)| value)
    }

    fn read(row: &AnyRow) -> Result<Self, sqlx::Error> {
        let mut values: [String; FACETS.len()] = Default::default();
        for (facet, value) in FACETS.into_iter().zip(&mut values) {
            *value = row.try_get::<Option<String>, _>(facet)?.unwrap_or_default();
        }
        let mut marks = [0; MARKS.len()];
        for (name, mark) in MARKS.into_iter().zip(&mut marks) {
            *mark = row.try_get(name)?;
        }
        Ok(Self {
            message_id: row.try_get("message_id")?,
            kb: row.try_get("kb")?,
            at: row.try_get("at")?,
            duration_us: row.try_get("duration_us")?,
            decision: row.try_get("decision")?,
            conversation_id: row.try_get("conversation_id")?,
            values,
            marks,
        })
    }
}

/// Decisions where `condition` holds over `$1`, `$2` and so on, which are texts.
pub(in crate::store) async fn counted_where(
    connection: &mut AnyConnection,
    condition: &str,
    values: &[&str],
) -> Result<Vec<Counted>, StoreError> {
    let sql = format!(
        "SELECT message_id, kb, at, duration_us, decision, conversation_id, {}, {} FROM decisions WHERE {condition}",
        FACETS.join(", "),
        MARKS.join(", ")
    );
    let query =
        values.iter().fold(sqlx::query(AssertSqlSafe(sql)).persistent(false), |query, value| query.bind(*value));
    let rows = query.fetch_all(connection).await?;
    Ok(rows.iter().map(Counted::read).collect::<Result<_, _>>()?)
}
