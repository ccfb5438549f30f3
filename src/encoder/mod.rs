//! Sentence encoders: a text in, a vector of its meaning out.
//!
//! Two networks share one weight-file layout, one segmentation into pieces and one
//! integer matrix product. The same file and text give the same bits on every
//! machine: sums are exact integers or run in a fixed order, and no function of
//! the platform's mathematics library is called. Nothing here compares vectors,
//! stores them or knows what a question is.

mod arithmetic;
mod convolutional;
mod error;
mod layer_norm;
mod projection;
mod sentence;
mod transformer;
mod weights;
mod word_piece;

use serde::Deserialize;

pub use self::arithmetic::{INPUT_LIMIT, Kernel, PackedMatrix, Windows, quantize};
use self::convolutional::Convolutional;
pub use self::error::EncoderError;
pub use self::sentence::{Description, EncodedText, EncoderKind, SentenceEncoder};
use self::transformer::Transformer;
use self::weights::Weights;

/// A sentence encoder of either kind; immutable, to be shared between threads.
#[derive(Debug, Clone)]
pub enum Encoder {
    /// Universal Sentence Encoder: well below a millisecond a question.
    Convolutional(Box<Convolutional>),
    /// Multilingual E5: some milliseconds a question, and the better ranking.
    Transformer(Box<Transformer>),
}

/// Working memory of [`Encoder::encode`], reused from text to text; one per thread.
#[derive(Debug, Default)]
pub struct Scratch {
    convolutional: convolutional::Buffers,
    transformer: transformer::Buffers,
}

impl Encoder {
    /// Builds the encoder that a weight file holds.
    ///
    /// # Errors
    ///
    /// Says what is wrong with the file; see [`EncoderError`].
    pub fn from_bytes(file: &[u8]) -> Result<Self, EncoderError> {
        #[derive(Deserialize)]
        struct Header {
            architecture: String,
        }

        let weights = Weights::read(file)?;
        let Header { architecture } = weights.header()?;
        match architecture.as_str() {
            "convolutional" => Convolutional::read(&weights).map(Box::new).map(Self::Convolutional),
            "transformer" => Transformer::read(&weights).map(Box::new).map(Self::Transformer),
            _ => Err(EncoderError::Architecture(architecture)),
        }
    }

    /// Length of the vectors.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        match self {
            Self::Convolutional(encoder) => encoder.dimensions(),
            Self::Transformer(encoder) => encoder.dimensions(),
        }
    }

    /// Runs on `kernel` from now on; for tests and measurements.
    #[must_use]
    pub fn with_kernel(self, kernel: Kernel) -> Self {
        match self {
            Self::Convolutional(encoder) => Self::Convolutional(Box::new(encoder.with_kernel(kernel))),
            Self::Transformer(encoder) => Self::Transformer(Box::new(encoder.with_kernel(kernel))),
        }
    }

    /// The vector of `text`, of length one: the cosine of two texts is the product of their vectors.
    ///
    /// Any text has one, also the empty one. Of a very long text only the
    /// beginning counts: 256 pieces, and of one longer than 800 characters 512 (the transformer 256).
    #[must_use]
    pub fn encode(&self, text: &str, scratch: &mut Scratch) -> Vec<f32> {
        match self {
            Self::Convolutional(encoder) => encoder.encode(text, &mut scratch.convolutional),
            Self::Transformer(encoder) => encoder.encode(text, &mut scratch.transformer),
        }
    }

    /// The largest value of each feature over the pieces of the text encoded last.
    #[must_use]
    pub fn peaks(&self, scratch: &Scratch) -> Vec<f32> {
        match self {
            Self::Convolutional(encoder) => encoder.peaks(&scratch.convolutional),
            Self::Transformer(encoder) => encoder.peaks(&scratch.transformer),
        }
    }
}
