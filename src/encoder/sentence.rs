//! The encoders as the rest of the program uses them: network and projection under one version, read once a process.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use serde::{Deserialize, Serialize};

use super::arithmetic::reduce;
use super::projection::Projection;
use super::{Encoder, EncoderError, Scratch};

/// Which of the encoders that ship is used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EncoderKind {
    /// The convolutional network: a third of a millisecond a question.
    #[default]
    Standard,
    /// The transformer: some six milliseconds a question, and the better ranking.
    Accurate,
}

impl EncoderKind {
    /// Its name as written in configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Accurate => "accurate",
        }
    }

    /// The kind of this name as written in configuration.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "standard" => Some(Self::Standard),
            "accurate" => Some(Self::Accurate),
            _ => None,
        }
    }
}

/// A network with its projection; immutable, to be shared between threads.
#[derive(Debug)]
pub struct SentenceEncoder {
    kind: EncoderKind,
    network: Encoder,
    projection: Projection,
    version: String,
    /// Working memory, one for each pass that runs at the same time.
    idle: Mutex<Vec<Scratch>>,
}

/// A normalised text with what the encoders say about it. Each runs once, when it is first asked; the value is handed on,
/// so that ranking, tone and routing share a pass.
#[derive(Debug, Default)]
pub struct EncodedText {
    normalized: String,
    /// By the order of [`EncoderKind`].
    described: [OnceLock<Description>; 2],
}

/// All that an encoder says about a text, for what learns from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Description {
    /// The network's vector, of length one.
    pub network: Vec<f32>,
    /// The vector of its meaning: as [`SentenceEncoder::encode`], of length one.
    pub meaning: Vec<f32>,
    /// The largest value of each feature over the pieces of the text: what is said anywhere in it.
    pub peaks: Vec<f32>,
}

const STANDARD: [&[u8]; 2] =
    [include_bytes!("../../models/encoder/zh-cnn.bin"), include_bytes!("../../models/encoder/zh-cnn-projection.bin")];
const ACCURATE: [&[u8]; 2] = [
    include_bytes!("../../models/encoder/zh-transformer.bin"),
    include_bytes!("../../models/encoder/zh-transformer-projection.bin"),
];

impl EncodedText {
    /// A text that is normalised already; nothing is encoded yet.
    #[must_use]
    pub fn new(normalized: impl Into<String>) -> Self {
        Self { normalized: normalized.into(), ..Self::default() }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.normalized
    }
}

impl SentenceEncoder {
    /// The encoder that ships under this name. All callers share one.
    ///
    /// # Errors
    ///
    /// What is wrong with the embedded weights; impossible in a tested build.
    pub fn embedded(kind: EncoderKind) -> Result<Arc<Self>, EncoderError> {
        static LOADED: [OnceLock<Arc<SentenceEncoder>>; 2] = [OnceLock::new(), OnceLock::new()];
        let (slot, [network, projection]) = match kind {
            EncoderKind::Standard => (&LOADED[0], STANDARD),
            EncoderKind::Accurate => (&LOADED[1], ACCURATE),
        };
        match slot.get() {
            Some(loaded) => Ok(Arc::clone(loaded)),
            None => {
                let loaded = Arc::new(Self::read(kind, network, projection)?);
                Ok(Arc::clone(slot.get_or_init(|| loaded)))
            }
        }
    }

    /// Builds an encoder from the files of a network and its projection.
    fn read(kind: EncoderKind, network: &[u8], projection: &[u8]) -> Result<Self, EncoderError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(network).update(projection);
        let version = hasher.finalize().to_hex()[..8].to_owned();
        let network = Encoder::from_bytes(network)?;
        let projection = Projection::read(projection, network.dimensions())?;
        Ok(Self { kind, network, projection, version, idle: Mutex::default() })
    }

    /// Eight hexadecimal digits that stand for the weights.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Length of the vectors.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.projection.mean().len()
    }

    /// Length of the network's own vectors.
    #[must_use]
    pub fn network_dimensions(&self) -> usize {
        self.network.dimensions()
    }

    /// The mean vector of questions of all fields: what a vector tells lies in its difference from it.
    #[must_use]
    pub fn mean(&self) -> &[f32] {
        self.projection.mean()
    }

    /// The vector of a normalised text; not of length one.
    #[must_use]
    pub fn encode(&self, normalized: &str) -> Vec<f32> {
        self.projection.apply(&self.network(normalized))
    }

    /// As [`SentenceEncoder::encode`], from the pass of a text that is handed on.
    #[must_use]
    pub fn encode_shared(&self, text: &EncodedText) -> Vec<f32> {
        self.projection.apply(&self.describe(text).network)
    }

    /// All that is known of a text, from one pass.
    #[must_use]
    pub fn describe<'t>(&self, text: &'t EncodedText) -> &'t Description {
        let slot = match self.kind {
            EncoderKind::Standard => &text.described[0],
            EncoderKind::Accurate => &text.described[1],
        };
        slot.get_or_init(|| {
            let (network, peaks) =
                self.pass(&text.normalized, |network, scratch| (network, self.network.peaks(scratch)));
            let mut meaning = self.projection.apply(&network);
            reduce::normalize(&mut meaning);
            Description { network, meaning, peaks }
        })
    }

    /// What the network alone makes of a text, of length one; for fitting projections.
    #[must_use]
    pub fn network(&self, normalized: &str) -> Vec<f32> {
        self.pass(normalized, |network, _| network)
    }

    /// Runs the network in working memory that no other pass uses, and reads what came of it.
    fn pass<R>(&self, normalized: &str, read: impl FnOnce(Vec<f32>, &Scratch) -> R) -> R {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut scratch = idle().pop().unwrap_or_default();
        let network = self.network.encode(normalized, &mut scratch);
        let result = read(network, &scratch);
        idle().push(scratch);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_described_as_on_its_own_whatever_was_encoded_before() {
        let encoder = SentenceEncoder::embedded(EncoderKind::Standard).unwrap();
        let accurate = SentenceEncoder::embedded(EncoderKind::Accurate).unwrap();
        let asked = EncodedText::new("钱什么时候退回来");
        let alone = encoder.describe(&asked).clone();
        for (before, text) in [(&encoder, asked.text()), (&encoder, "什么时候放假"), (&accurate, asked.text())] {
            assert_eq!(before.encode(text).len(), before.dimensions());
            assert_eq!(*encoder.describe(&EncodedText::new(asked.text())), alone);
        }
        assert_eq!(encoder.encode_shared(&asked), encoder.encode(asked.text()));
        assert_eq!(accurate.encode_shared(&asked), accurate.encode(asked.text()));
        assert_eq!(*encoder.describe(&asked), alone, "the other encoder has a place of its own");
    }

    fn cosine(a: &[f32], b: &[f32]) -> f32 {
        let product = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        product(a, b) / (product(a, a) * product(b, b)).sqrt()
    }

    #[test]
    fn other_words_for_the_same_are_nearer_than_the_same_words_for_something_else() {
        for kind in [EncoderKind::Standard, EncoderKind::Accurate] {
            let encoder = SentenceEncoder::embedded(kind).unwrap();
            let centred = |text| -> Vec<f32> {
                encoder.encode(text).iter().zip(encoder.mean()).map(|(value, mean)| value - mean).collect()
            };
            let [asked, same, other] = ["钱什么时候退回来", "退款多久到账", "什么时候放假"].map(centred);
            assert_eq!(asked.len(), encoder.dimensions());
            assert!(cosine(&asked, &same) > cosine(&asked, &other) + 0.1, "{kind:?}");
        }
    }
}
