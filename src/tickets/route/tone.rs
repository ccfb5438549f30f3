//! Whether a text is a complaint, how soon it must be handled and what manner of saying it is, by three models that ship.
//!
//! The models are ordinary bundles; figures and the way to make them again are in `models/signals/README.md`. What is
//! done about a manner is not decided here, and a rule of `routing.toml` that sets a priority wins: see
//! [`super::Router`].

use std::path::Path;
use std::sync::{Arc, OnceLock};

use super::background::Background;
use super::embedded;
use super::manner::{COMPLAINING, MANNERS, Manner};
use crate::encoder::EncodedText;
use crate::routing::Priority;
use crate::smalltalk::TalkKind;
use crate::text::normalize;
use crate::tickets::bundle::{Bundle, BundleError, MANIFEST, load_bundle, read_bundle};
use crate::tickets::features::{TermKeys, TicketText};
use crate::tickets::model::Model;

// The gates. They are not the routing thresholds of the bundles, which go with a guard against undecided tickets:
// that guard would cost a quarter of what is found at nearly the same precision.
// Shares are of rows that the models did not see.

/// Probability of a complaint from which a text is taken as one. Of a fifth of the rows, many of them written on the
/// border, 75 % of the complaints are found and 1.8 % of the other texts are taken for one.
pub const COMPLAINT_AT: f64 = 0.58;
/// Probability of a complaint from which a complaint phrase of `routing.toml` is believed: below it the phrase is
/// asked about, denied, past or somebody else's. Phrases alone would find 15 % and be wrong in 43 of 108.
pub(crate) const PHRASE_AT: f64 = 0.4;
/// Probability of a complaint from which a text is one although it says that it is none (any more). Of the 45
/// training rows that say so, the two complaints lie above and the others below 0.45.
pub(crate) const DENIED_AT: f64 = 0.85;
/// Probability of a manner from which it can be acted on: of the texts so taken as neither request nor complaint, 91 %
/// are what they are taken for, and 2 % ask or complain after all.
pub const MANNER_AT: f64 = 0.7;
/// Probability of being high or urgent from which a ticket is at least high.
pub(crate) const HIGH_AT: f64 = 0.6;
/// Probability of being urgent from which a ticket is taken as urgent: a missed one is held to cost as much as six false
/// alarms. 55 % of the urgent texts are found; of those taken as urgent 40 % are, and another 31 % are high.
pub const URGENT_AT: f64 = 0.15;

/// Labels of the complaint model, in its order.
const COMPLAINT_LABELS: [&str; 2] = ["false", "true"];
/// Where a complaint stands among them.
const COMPLAINS: usize = 1;
/// Labels of the priority model, in its order.
const PRIORITY_LABELS: [&str; 3] = ["high", "normal", "urgent"];

/// The three models. Immutable and shared by all routers.
#[derive(Debug, Clone)]
pub struct ToneModels {
    complaint: Arc<Signal>,
    priority: Arc<Signal>,
    manner: Arc<Signal>,
    /// Whether the complaint model is a knowledge base's own, so that it is not averaged with the manner model.
    own_complaint: bool,
    /// What is asked of the company every day.
    background: Background,
}

/// One of the three.
#[derive(Debug)]
struct Signal {
    /// Content address.
    version: String,
    model: Model,
}

/// What the words of a text say about complaining.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComplaintPhrase {
    /// No phrase of complaint, or none that is meant.
    Absent,
    /// The customer says that it is no complaint, or none any more.
    Denied,
    /// A phrase that seems meant; the models may think otherwise.
    Meant,
    /// The customer says that this is a complaint.
    Outright,
}

/// What is known of one text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// Probability that it is a complaint, 0..=1: the mean of what the complaint and the manner model say, or what a
    /// knowledge base's own complaint model says, less what the company's own questions sound like; where a phrase is believed, at least [`COMPLAINT_AT`]; less where the
    /// text says that it is none.
    pub complaint: f64,
    /// Whether it is taken as a complaint: from [`COMPLAINT_AT`], with a phrase from `PHRASE_AT`, denied from
    /// `DENIED_AT`.
    pub complains: bool,
    /// The learned priority, from [`URGENT_AT`] and `HIGH_AT`; at least high for a complaint.
    pub priority: Priority,
    /// The most probable manner.
    pub manner: Manner,
    /// Its probability, 0..=1.
    pub manner_probability: f64,
}

impl Tone {
    /// Of a text of which normalisation leaves nothing: emoji, blanks.
    pub const NOTHING_SAID: Self = Self {
        complaint: 0.0,
        complains: false,
        priority: Priority::Normal,
        manner: Manner::SmallTalk(TalkKind::Noise),
        manner_probability: 1.0,
    };
}

impl ToneModels {
    /// The shipped models, read once a process.
    ///
    /// # Errors
    /// [`BundleError`] when the program was built beside bundles of another version.
    pub fn embedded() -> Result<Arc<Self>, BundleError> {
        static LOADED: OnceLock<Arc<ToneModels>> = OnceLock::new();
        match LOADED.get() {
            Some(loaded) => Ok(Arc::clone(loaded)),
            None => {
                let read = Self::from_files(&embedded::complaint(), &embedded::priority(), &embedded::manner())?;
                Ok(Arc::clone(LOADED.get_or_init(|| Arc::new(read))))
            }
        }
    }

    /// Loads all three from the names and contents of their files.
    ///
    /// # Errors
    /// As [`read_bundle`]; [`BundleError::Version`] for a bundle that tells other labels apart.
    pub(crate) fn from_files(
        complaint: &[(&str, &[u8])],
        priority: &[(&str, &[u8])],
        manner: &[(&str, &[u8])],
    ) -> Result<Self, BundleError> {
        let read = |files, labels: &[&str]| told_apart(read_bundle(files)?, labels).map(Arc::new);
        Ok(Self {
            complaint: read(complaint, &COMPLAINT_LABELS)?,
            priority: read(priority, &PRIORITY_LABELS)?,
            manner: read(manner, &MANNERS.map(|(label, _)| label))?,
            own_complaint: false,
            background: Background::SILENT,
        })
    }

    /// These models with those of a directory in their place: any of its subdirectories `complaint`, `priority`
    /// and `manner` that holds a bundle counts; what it does not hold stays as it is.
    ///
    /// # Errors
    /// As [`load_bundle`]; [`BundleError::Version`] for a bundle that tells other labels apart.
    pub fn with(&self, dir: &Path) -> Result<Self, BundleError> {
        let own = |name: &str, labels: &[&str]| {
            let dir = dir.join(name);
            let there = dir.join(MANIFEST).is_file();
            there.then(|| told_apart(load_bundle(&dir)?, labels).map(Arc::new)).transpose()
        };
        let complaint = own("complaint", &COMPLAINT_LABELS)?;
        let priority = own("priority", &PRIORITY_LABELS)?;
        let manner = own("manner", &MANNERS.map(|(label, _)| label))?;
        Ok(Self {
            own_complaint: complaint.is_some() && manner.is_none(),
            background: self.background,
            complaint: complaint.unwrap_or_else(|| Arc::clone(&self.complaint)),
            priority: priority.unwrap_or_else(|| Arc::clone(&self.priority)),
            manner: manner.unwrap_or_else(|| Arc::clone(&self.manner)),
        })
    }

    /// These models before what a company is asked every day.
    #[must_use]
    pub(super) fn against(&self, background: Background) -> Self {
        Self { background, ..self.clone() }
    }

    pub(super) fn background(&self) -> Background {
        self.background
    }

    /// Content addresses of the three models.
    #[must_use]
    pub(crate) fn version(&self) -> String {
        [&self.complaint, &self.priority, &self.manner].map(|signal| signal.version.as_str()).join("+")
    }

    /// Judges a text with these terms; `phrase` says whether it holds a complaint phrase of `routing.toml`.
    #[must_use]
    pub(crate) fn judge(&self, encoded: &EncodedText, terms: &TermKeys, phrase: ComplaintPhrase) -> Tone {
        if encoded.text().is_empty() {
            return Tone::NOTHING_SAID;
        }
        let said = |signal: &Signal| signal.model.judge_features(&signal.model.read_terms(terms, encoded));
        let complaint = said(&self.complaint).probabilities[COMPLAINS];
        let manner = said(&self.manner);
        let complaining = manner.probabilities[COMPLAINING];
        let complaint = if self.own_complaint { complaint } else { f64::midpoint(complaint, complaining) };
        let complaint = self.background.tell(complaint);
        let (complaint, complains, priority) = weigh(complaint, &said(&self.priority).probabilities, phrase);
        let (manner, manner_probability) = (MANNERS[manner.best].1, manner.probabilities[manner.best]);
        Tone { complaint, complains, priority, manner, manner_probability }
    }

    /// The tone of a text that is normalised already; `phrase` as for [`ToneModels::hear`].
    #[must_use]
    pub(crate) fn hear_encoded(&self, encoded: &EncodedText, phrase: ComplaintPhrase) -> Tone {
        let text = TicketText { text: encoded.text().to_owned(), ..TicketText::default() };
        let terms = TermKeys::of(&text, self.manner.model.vectorizer.segmenter());
        self.judge(encoded, &terms, phrase)
    }

    /// The tone of a question as it was typed; `phrase` says whether it holds a complaint phrase of `routing.toml`.
    #[must_use]
    pub fn hear(&self, text: &str, phrase: ComplaintPhrase) -> Tone {
        self.hear_encoded(&EncodedText::new(normalize(text)), phrase)
    }
}

/// Probability of a complaint and probabilities of [`PRIORITY_LABELS`] → probability of a complaint, whether it is one,
/// priority.
fn weigh(complaint: f64, priority: &[f64], phrase: ComplaintPhrase) -> (f64, bool, Priority) {
    let believed = match phrase {
        ComplaintPhrase::Absent | ComplaintPhrase::Denied => false,
        ComplaintPhrase::Meant => complaint >= PHRASE_AT,
        ComplaintPhrase::Outright => true,
    };
    let complaint = match phrase {
        _ if believed => complaint.max(COMPLAINT_AT),
        ComplaintPhrase::Denied => complaint * (COMPLAINT_AT / DENIED_AT),
        ComplaintPhrase::Absent | ComplaintPhrase::Meant | ComplaintPhrase::Outright => complaint,
    };
    let complains = complaint >= COMPLAINT_AT;
    let (normal, urgent) = (priority[1], priority[2]);
    let priority = if urgent >= URGENT_AT {
        Priority::Urgent
    } else if complains || 1.0 - normal >= HIGH_AT {
        Priority::High
    } else {
        Priority::Normal
    };
    (complaint, complains, priority)
}

/// The model of a bundle, if it tells these labels apart.
fn told_apart(loaded: Bundle, labels: &[&str]) -> Result<Signal, BundleError> {
    if loaded.manifest.labels == labels {
        return Ok(Signal { version: loaded.version, model: loaded.model });
    }
    let (expected, found) = (labels.join(", "), loaded.manifest.labels.join(", "));
    Err(BundleError::Version { what: "labels", expected, found })
}

#[cfg(test)]
mod tests {
    use super::ComplaintPhrase::{Absent, Denied, Meant, Outright};
    use super::*;

    #[test]
    fn the_highest_of_what_is_said_counts() {
        // Probability of a complaint; of high, normal and urgent; whether a phrase says complaint.
        let rows = [
            (0.1, [0.1, 0.8, 0.1], Absent, (false, Priority::Normal)),
            (0.8, [0.1, 0.8, 0.1], Absent, (true, Priority::High)), // a complaint is high at least
            (0.4, [0.4, 0.5, 0.1], Absent, (false, Priority::Normal)), // not sure enough of anything
            (0.1, [0.6, 0.3, 0.1], Absent, (false, Priority::High)),
            (0.1, [0.1, 0.74, 0.16], Absent, (false, Priority::Urgent)), // a missed one costs more
            (0.9, [0.1, 0.0, 0.9], Absent, (true, Priority::Urgent)),
            (0.5, [0.0, 1.0, 0.0], Meant, (true, Priority::High)), // a phrase helps the models
            (0.3, [0.0, 1.0, 0.0], Meant, (false, Priority::Normal)), // and does not overrule them
            (0.1, [0.0, 1.0, 0.0], Outright, (true, Priority::High)), // unless it says so outright
            (0.7, [0.0, 1.0, 0.0], Denied, (false, Priority::Normal)), // who denies is believed
            (0.9, [0.0, 1.0, 0.0], Denied, (true, Priority::High)), // unless all else speaks against it
        ];
        for (probability, levels, phrase, (complains, priority)) in rows {
            let (complaint, found_complains, found_priority) = weigh(probability, &levels, phrase);
            assert_eq!((found_complains, found_priority), (complains, priority), "{probability} {levels:?}");
            assert_eq!(complaint >= COMPLAINT_AT, complains, "{probability} {phrase:?}");
        }
    }

    #[test]
    fn a_bundle_with_other_labels_is_refused() {
        assert!(ToneModels::embedded().is_ok());
        let files = embedded::router();
        let error = ToneModels::from_files(&files, &files, &files).unwrap_err();
        assert!(error.to_string().starts_with("labels: expected false, true, found account, "), "{error}");
    }
}
