//! A ticket as numbers: its terms, what they weigh, what a sentence encoder says of it, and the matrix of many tickets.
//!
//! Sees no labels.

mod design_matrix;
mod embedding;
mod inner_product;
mod sparse;
mod terms;
mod tfidf;

pub(crate) use design_matrix::{DenseMatrix, DesignMatrix};
pub(crate) use embedding::{EmbeddingFeatures, EmbeddingStatistics, TicketEmbedding};
pub(crate) use inner_product::{LANES, add_products, dot, rest_of, total};
pub(crate) use sparse::{SparseMatrix, SparseRow};
pub use terms::TicketText;
pub(crate) use terms::{FEATURE_VERSION, TermKeys, for_each_term};
pub use tfidf::DEFAULT_MAX_TERMS;
pub(crate) use tfidf::{Vectorized, Vectorizer, min_rows};
