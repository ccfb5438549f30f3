//! The manifest: what a bundle is, what it was made from, which files it has; checked before any of them is believed.

use serde::{Deserialize, Serialize};

use super::error::BundleError;
use crate::encoder::EncoderKind;
use crate::text::NORMALIZATION_VERSION;
use crate::tickets::features::FEATURE_VERSION;

/// What the manifest calls itself.
pub(super) const FORMAT: &str = "yingda-router";
/// Version of the files' layout. Version 2, whose manifest has no checksum, and version 1, which has neither embedding
/// nor evidence, are still read.
pub(super) const FORMAT_VERSION: u32 = 3;
/// First version whose manifest has a checksum.
const WITH_CHECKSUM: u32 = 3;
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
    /// BLAKE3 of this manifest's own bytes with zeros in the place of these digits; none before format version 3.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checksum: Option<String>,
}

/// Stands where the checksum will, while it is computed.
const BLANK: &str = "0000000000000000000000000000000000000000000000000000000000000000";

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

    /// The manifest's bytes, with their checksum in them.
    pub(super) fn sealed(mut self) -> Result<Vec<u8>, BundleError> {
        let json = |manifest: &Self| serde_json::to_vec_pretty(manifest);
        let failed = |source| BundleError::Json { file: MANIFEST, source };
        self.checksum = Some(BLANK.to_owned());
        let mut blank = json(&self).map_err(failed)?;
        blank.push(b'\n');
        self.checksum = Some(blake3::hash(&blank).to_hex().to_string());
        let mut sealed = json(&self).map_err(failed)?;
        sealed.push(b'\n');
        Ok(sealed)
    }

    /// Refuses bytes that are not those that were sealed, and a manifest without a seal from when all have one.
    fn check_seal(&self, bytes: &[u8]) -> Result<(), BundleError> {
        let Some(checksum) = &self.checksum else {
            let needed = self.format_version >= WITH_CHECKSUM;
            return if needed { Err(BundleError::Missing("checksum of its manifest".to_owned())) } else { Ok(()) };
        };
        let damaged = |found| BundleError::Checksum { file: MANIFEST.to_owned(), expected: checksum.clone(), found };
        let digits = checksum.as_bytes();
        let at = bytes.windows(digits.len().max(1)).rposition(|part| part == digits);
        let Some(at) = at.filter(|_| digits.len() == BLANK.len()) else {
            return Err(damaged("no such digits".to_owned()));
        };
        let mut blank = bytes.to_vec();
        blank[at..at + digits.len()].copy_from_slice(BLANK.as_bytes());
        let found = blake3::hash(&blank).to_hex().to_string();
        if found == *checksum { Ok(()) } else { Err(damaged(found)) }
    }

    /// Refuses what this version of the program does not read, and what was damaged; `bytes` are those it was read from.
    pub(super) fn check(&self, bytes: &[u8]) -> Result<(), BundleError> {
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
        self.check_seal(bytes)?;
        known("normalization version", NORMALIZATION_VERSION, NORMALIZATION_VERSION, self.normalization_version)?;
        known("feature version", OLDEST_FEATURES, FEATURE_VERSION, self.feature_version)?;
        Ok(())
    }
}
