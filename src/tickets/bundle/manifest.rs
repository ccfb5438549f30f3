//! The manifest: what a bundle is, what it was made from, which files it has; checked before any of them is believed.

use serde::{Deserialize, Serialize};

use super::error::BundleError;
use crate::encoder::EncoderKind;
use crate::text::NORMALIZATION_VERSION;
use crate::tickets::features::FEATURE_VERSION;

/// What the manifest calls itself.
pub(super) const FORMAT: &str = "yingda-router";
/// Version of the files' layout. Version 1, without embedding and evidence, is still read.
pub(super) const FORMAT_VERSION: u32 = 2;
pub(super) const OLDEST_FORMAT: u32 = 1;
/// Oldest features that this version of the program still finds in a ticket.
const OLDEST_FEATURES: u32 = 1;
/// The file that names all others.
pub const MANIFEST: &str = "manifest.json";

/// What a bundle is and what it was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    pub format: String,
    pub format_version: u32,
    pub normalization_version: u32,
    pub feature_version: u32,
    /// Sorted.
    pub labels: Vec<String>,
    pub seed: u64,
    pub folds: usize,
    pub max_terms: usize,
    pub rows: usize,
    pub terms: usize,
    /// The encoder whose vectors stand beside the terms; none where the model was trained on terms alone.
    #[serde(default)]
    pub encoder: Option<EncoderStamp>,
    /// Accuracy and macro-F1 on the held-out fold.
    pub held_out_accuracy: f64,
    pub held_out_macro_f1: f64,
    /// Every other file of the bundle.
    pub files: Vec<FileEntry>,
}

/// Which encoder a model needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EncoderStamp {
    pub name: EncoderKind,
    /// Of its weights.
    pub version: String,
    /// Dense columns.
    pub width: usize,
    /// Centres of the training rows.
    pub centers: usize,
}

/// A file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    pub name: String,
    pub bytes: usize,
    /// BLAKE3 in hexadecimal digits.
    pub blake3: String,
}

impl FileEntry {
    /// The entry of a file with these contents.
    pub(super) fn of(name: &str, bytes: &[u8]) -> Self {
        Self { name: name.to_owned(), bytes: bytes.len(), blake3: blake3::hash(bytes).to_hex().to_string() }
    }

    /// Whether the contents are those that were written.
    pub(super) fn check(&self, bytes: &[u8]) -> Result<(), BundleError> {
        let found = blake3::hash(bytes).to_hex().to_string();
        if found == self.blake3 {
            return Ok(());
        }
        Err(BundleError::Checksum { file: self.name.clone(), expected: self.blake3.clone(), found })
    }
}

impl Manifest {
    /// Reads a manifest.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, BundleError> {
        serde_json::from_slice(bytes).map_err(|source| BundleError::Json { file: MANIFEST, source })
    }

    /// Refuses what this version of the program does not read.
    pub(super) fn check_versions(&self) -> Result<(), BundleError> {
        let exact = |what, expected: String, found: &str| {
            let differs = || BundleError::Version { what, expected: expected.clone(), found: found.to_owned() };
            if expected == found { Ok(()) } else { Err(differs()) }
        };
        let known = |what, oldest: u32, newest: u32, found: u32| {
            let expected = if oldest == newest { newest.to_string() } else { format!("{oldest} to {newest}") };
            if (oldest..=newest).contains(&found) { Ok(()) } else { exact(what, expected, &found.to_string()) }
        };
        exact("format", FORMAT.to_owned(), &self.format)?;
        known("format version", OLDEST_FORMAT, FORMAT_VERSION, self.format_version)?;
        known("normalization version", NORMALIZATION_VERSION, NORMALIZATION_VERSION, self.normalization_version)?;
        known("feature version", OLDEST_FEATURES, FEATURE_VERSION, self.feature_version)?;
        if self.labels.len() < 2 {
            return Err(BundleError::Dimension { what: "labels", expected: 2, found: self.labels.len() });
        }
        Ok(())
    }
}
