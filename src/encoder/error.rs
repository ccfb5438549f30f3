//! Why a sentence encoder could not be built.
//!
//! Encoding itself cannot fail.

/// What is wrong with a weight file.
#[derive(Debug, thiserror::Error)]
pub enum EncoderError {
    /// Another kind of file, or another version of the layout.
    #[error("not a weight file of this version (expected it to begin with \"YDENC1\")")]
    Magic,
    /// The file is shorter than its own header says.
    #[error("the weight file ends too early")]
    Truncated,
    /// The header is not the JSON expected, or a field is missing.
    #[error("the weight file's header cannot be read")]
    Header(#[source] serde_json::Error),
    /// A tensor is missing, misplaced or of the wrong type.
    #[error("tensor {name}: {problem}")]
    Tensor {
        /// The tensor's name.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
    /// No network of this name is known.
    #[error("unknown architecture {0}")]
    Architecture(String),
    /// Parts that do not fit together.
    #[error("{0}")]
    Shape(String),
}
