//! A trained router as files: manifest, vocabulary, weights, calibration, report, keys of the training rows.
//!
//! Everything is checked before anything is believed: format, versions, checksums, dimensions. Equal models give
//! equal bytes. Numbers are little-endian, groups stand in the manifest's label order. No customer text is kept.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::calibrate::Calibration;
use super::features::Vectorizer;
use super::meaning::{Meaning, MeaningParts};
use super::model::{Model, Weights};
use super::promise::{Policy, RoutingEvidence};
use super::terms::FEATURE_VERSION;
use super::train::{Report, TrainOptions, Trained};
use crate::encoder::{EncoderError, EncoderKind, SentenceEncoder};
use crate::text::NORMALIZATION_VERSION;

/// What the manifest calls itself.
pub const FORMAT: &str = "yingda-router";
/// Version of the files' layout. Version 1, without meaning and evidence, is still read.
pub const FORMAT_VERSION: u32 = 2;
const OLDEST_FORMAT: u32 = 1;
/// Oldest features that this version of the program still finds in a ticket.
const OLDEST_FEATURES: u32 = 1;
/// The file that names all others.
pub const MANIFEST: &str = "manifest.json";

const VOCABULARY: &str = "vocabulary.bin";
const WEIGHTS: &str = "weights.bin";
const CALIBRATION: &str = "calibration.json";
const REPORT: &str = "report.json";
const ROWS: &str = "rows.bin";
const MEANING: &str = "meaning.bin";
const EVIDENCE: &str = "evidence.bin";
/// Bytes of a guess in the evidence: confidence, group, right or wrong.
const GUESS: usize = 7;

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

/// Why a bundle cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    #[error("cannot read {}", file.display())]
    Read { file: PathBuf, source: std::io::Error },
    #[error("cannot write {}", file.display())]
    Write { file: PathBuf, source: std::io::Error },
    #[error("the bundle has no {0}")]
    Missing(String),
    #[error("{file} is not valid JSON: {source}")]
    Json { file: &'static str, source: serde_json::Error },
    #[error("{what}: expected {expected}, found {found}; train the model again with this version")]
    Version { what: &'static str, expected: String, found: String },
    #[error("{file} is damaged: expected BLAKE3 {expected}, found {found}")]
    Checksum { file: String, expected: String, found: String },
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    #[error("{what} does not fit the manifest: expected {expected}, found {found}")]
    Dimension { what: &'static str, expected: usize, found: usize },
    #[error("{} holds other files and no model; choose an empty directory", .0.display())]
    NotABundle(PathBuf),
}

/// Names and contents of a bundle's files.
pub type Files = Vec<(String, Vec<u8>)>;

/// A bundle read back.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub manifest: Manifest,
    pub model: Model,
    pub report: Report,
    /// [`super::dataset::TicketRow::key`] of every training row, ascending.
    pub row_keys: Vec<u64>,
    /// First 16 hexadecimal digits of the manifest's BLAKE3: the content address of the whole bundle.
    pub version: String,
}

#[derive(Serialize, Deserialize)]
struct Decisions {
    calibration: Calibration,
    policy: Policy,
    prior: Vec<f64>,
}

/// The files of a trained router.
///
/// # Errors
/// [`BundleError::Json`] only, where a figure cannot be written.
pub fn to_files(trained: &Trained, options: &TrainOptions, row_keys: &[u64]) -> Result<Files, BundleError> {
    let model = &trained.model;
    let vocabulary = model.vectorizer.keys().iter().flat_map(|key| key.to_le_bytes());
    let vocabulary = vocabulary.chain(model.vectorizer.idf().iter().flat_map(|idf| idf.to_le_bytes())).collect();
    let dense = model.weights.dense_steps.iter().flat_map(|value| value.to_le_bytes());
    let dense = dense.chain(model.weights.dense.iter().flat_map(|step| step.to_le_bytes()));
    let scales = model.weights.steps.iter().chain(&model.weights.biases).flat_map(|value| value.to_le_bytes());
    let weights =
        scales.chain(model.weights.quantized.iter().flat_map(|step| step.to_le_bytes())).chain(dense).collect();
    let decisions =
        Decisions { calibration: model.calibration.clone(), policy: model.policy.clone(), prior: model.prior.clone() };
    let mut files: Files = vec![
        (CALIBRATION.to_owned(), json(CALIBRATION, &decisions)?),
        (EVIDENCE.to_owned(), evidence_bytes(&model.evidence)),
        (REPORT.to_owned(), json(REPORT, &trained.report)?),
        (ROWS.to_owned(), row_keys.iter().flat_map(|key| key.to_le_bytes()).collect()),
        (VOCABULARY.to_owned(), vocabulary),
        (WEIGHTS.to_owned(), weights),
    ];
    let meaning = model.meaning.as_ref().map(|meaning| (meaning, meaning.parts()));
    let encoder = meaning.as_ref().map(|(meaning, parts)| EncoderStamp {
        name: meaning.kind(),
        version: meaning.encoder_version().to_owned(),
        width: meaning.width(),
        centers: parts.centers.len(),
    });
    if let Some((_, parts)) = meaning {
        let values = parts.mean.iter().chain(parts.centers.iter().flatten());
        files.push((MEANING.to_owned(), values.flat_map(|value| value.to_le_bytes()).collect()));
    }
    let entry = |(name, bytes): &(String, Vec<u8>)| FileEntry {
        name: name.clone(),
        bytes: bytes.len(),
        blake3: blake3::hash(bytes).to_hex().to_string(),
    };
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        format_version: FORMAT_VERSION,
        normalization_version: NORMALIZATION_VERSION,
        feature_version: FEATURE_VERSION,
        labels: trained.labels.clone(),
        seed: options.seed,
        folds: trained.report.folds,
        max_terms: options.max_terms,
        rows: trained.report.rows,
        terms: trained.report.terms,
        encoder,
        held_out_accuracy: trained.report.held_out.accuracy,
        held_out_macro_f1: trained.report.held_out.macro_f1,
        files: files.iter().map(entry).collect(),
    };
    files.insert(0, (MANIFEST.to_owned(), json(MANIFEST, &manifest)?));
    Ok(files)
}

fn json(file: &'static str, value: &impl Serialize) -> Result<Vec<u8>, BundleError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|source| BundleError::Json { file, source })?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Reads a bundle from memory.
///
/// # Errors
/// Whatever does not agree with the manifest or with this version of the program.
pub fn from_files(files: &[(&str, &[u8])]) -> Result<Loaded, BundleError> {
    let find = |name: &str| {
        let file = files.iter().find(|(other, _)| *other == name);
        file.map(|(_, bytes)| *bytes).ok_or_else(|| BundleError::Missing(name.to_owned()))
    };
    let manifest_bytes = find(MANIFEST)?;
    let manifest: Manifest =
        serde_json::from_slice(manifest_bytes).map_err(|source| BundleError::Json { file: MANIFEST, source })?;
    check_versions(&manifest)?;
    for entry in &manifest.files {
        let found = blake3::hash(find(&entry.name)?).to_hex().to_string();
        if found != entry.blake3 {
            let (file, expected) = (entry.name.clone(), entry.blake3.clone());
            return Err(BundleError::Checksum { file, expected, found });
        }
    }
    let (groups, terms) = (manifest.labels.len(), manifest.terms);
    let vocabulary = sized("vocabulary", find(VOCABULARY)?, terms * 12)?;
    let (keys, idf) = vocabulary.split_at(terms * 8);
    let width = manifest.encoder.as_ref().map_or(0, |encoder| encoder.width);
    let dense_bytes = if width == 0 { 0 } else { groups * 4 + groups * width * 2 };
    let weights = sized("weights", find(WEIGHTS)?, groups * 8 + terms * groups * 2 + dense_bytes)?;
    let (scales, rest) = weights.split_at(groups * 8);
    let (quantized, dense) = rest.split_at(terms * groups * 2);
    let (steps, biases) = scales.split_at(groups * 4);
    let (dense_steps, dense) = dense.split_at(if width == 0 { 0 } else { groups * 4 });
    let weights = Weights {
        steps: numbers(steps, f32::from_le_bytes),
        biases: numbers(biases, f32::from_le_bytes),
        quantized: numbers(quantized, i16::from_le_bytes),
        dense_steps: numbers(dense_steps, f32::from_le_bytes),
        dense: numbers(dense, i16::from_le_bytes),
    };
    let decisions: Decisions =
        serde_json::from_slice(find(CALIBRATION)?).map_err(|source| BundleError::Json { file: CALIBRATION, source })?;
    let lengths = [
        ("calibration slopes", decisions.calibration.slopes.len()),
        ("calibration offsets", decisions.calibration.offsets.len()),
        ("shortlist thresholds", decisions.policy.shortlist_at.len()),
        ("prior", decisions.prior.len()),
    ];
    if let Some((what, found)) = lengths.into_iter().find(|(_, found)| *found != groups) {
        return Err(BundleError::Dimension { what, expected: groups, found });
    }
    let report = serde_json::from_slice(find(REPORT)?).map_err(|source| BundleError::Json { file: REPORT, source })?;
    let vectorizer = Vectorizer::from_parts(numbers(keys, u64::from_le_bytes), numbers(idf, f32::from_le_bytes));
    let Decisions { calibration, policy, prior } = decisions;
    let version = blake3::hash(manifest_bytes).to_hex()[..16].to_owned();
    let row_keys = numbers(find(ROWS)?, u64::from_le_bytes);
    let meaning = match &manifest.encoder {
        Some(stamp) => Some(read_meaning(stamp, find(MEANING)?)?),
        None => None,
    };
    let evidence = if manifest.format_version > OLDEST_FORMAT {
        read_evidence(find(EVIDENCE)?)
    } else {
        RoutingEvidence::default()
    };
    let model = Model { vectorizer, meaning, weights, calibration, policy, evidence, prior };
    Ok(Loaded { manifest, model, report, row_keys, version })
}

/// Means and centres; refused where the encoder has changed since.
fn read_meaning(stamp: &EncoderStamp, bytes: &[u8]) -> Result<Meaning, BundleError> {
    let values: Vec<f32> = numbers(bytes, f32::from_le_bytes);
    let length = values.len().saturating_sub(stamp.width) / stamp.centers.max(1);
    if values.len() != stamp.width + stamp.centers * length || length == 0 {
        return Err(BundleError::Dimension { what: "meaning", expected: stamp.width, found: values.len() });
    }
    let (mean, centers) = values.split_at(stamp.width);
    let centers = centers.chunks_exact(length).map(<[f32]>::to_vec).collect();
    let meaning = Meaning::from_parts(stamp.name, MeaningParts { mean: mean.to_vec(), centers })?;
    let found = SentenceEncoder::embedded(stamp.name)?.version().to_owned();
    match meaning {
        Some(meaning) if found == stamp.version => Ok(meaning),
        Some(_) => Err(BundleError::Version { what: "encoder version", expected: found, found: stamp.version.clone() }),
        None => Err(BundleError::Dimension { what: "meaning", expected: stamp.width, found: values.len() }),
    }
}

fn evidence_bytes(evidence: &RoutingEvidence) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(evidence.guesses.len() * GUESS);
    for (confidence, guess, right) in &evidence.guesses {
        bytes.extend(confidence.to_le_bytes());
        bytes.extend(guess.to_le_bytes());
        bytes.push(u8::from(*right));
    }
    bytes
}

fn read_evidence(bytes: &[u8]) -> RoutingEvidence {
    let guess = |[a, b, c, d, low, high, right]: &[u8; GUESS]| {
        (f32::from_le_bytes([*a, *b, *c, *d]), u16::from_le_bytes([*low, *high]), *right != 0)
    };
    RoutingEvidence { guesses: bytes.as_chunks::<GUESS>().0.iter().map(guess).collect() }
}

fn check_versions(manifest: &Manifest) -> Result<(), BundleError> {
    let exact = |what, expected: String, found: &str| {
        if expected == found { Ok(()) } else { Err(BundleError::Version { what, expected, found: found.to_owned() }) }
    };
    let known = |what, oldest: u32, newest: u32, found: u32| {
        let expected = if oldest == newest { newest.to_string() } else { format!("{oldest} to {newest}") };
        if (oldest..=newest).contains(&found) { Ok(()) } else { exact(what, expected, &found.to_string()) }
    };
    exact("format", FORMAT.to_owned(), &manifest.format)?;
    known("format version", OLDEST_FORMAT, FORMAT_VERSION, manifest.format_version)?;
    known("normalization version", NORMALIZATION_VERSION, NORMALIZATION_VERSION, manifest.normalization_version)?;
    known("feature version", OLDEST_FEATURES, FEATURE_VERSION, manifest.feature_version)?;
    if manifest.labels.len() < 2 {
        return Err(BundleError::Dimension { what: "labels", expected: 2, found: manifest.labels.len() });
    }
    Ok(())
}

fn sized<'a>(what: &'static str, bytes: &'a [u8], expected: usize) -> Result<&'a [u8], BundleError> {
    let found = bytes.len();
    if found == expected { Ok(bytes) } else { Err(BundleError::Dimension { what, expected, found }) }
}

fn numbers<const N: usize, T>(bytes: &[u8], read: fn([u8; N]) -> T) -> Vec<T> {
    bytes.as_chunks::<N>().0.iter().map(|chunk| read(*chunk)).collect()
}

/// Reads a bundle from its directory.
///
/// # Errors
/// [`BundleError::Read`], and everything [`from_files`] finds.
pub fn load(dir: &Path) -> Result<Loaded, BundleError> {
    let files = read_files(dir)?;
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    from_files(&borrowed)
}

/// Reads the files that the manifest names, unchecked.
///
/// # Errors
/// [`BundleError::Read`], and [`BundleError::Json`] for a manifest that cannot be read.
pub fn read_files(dir: &Path) -> Result<Files, BundleError> {
    let read = |name: &str| {
        let file = dir.join(name);
        std::fs::read(&file).map_err(|source| BundleError::Read { file, source })
    };
    let bytes = read(MANIFEST)?;
    let manifest: Manifest =
        serde_json::from_slice(&bytes).map_err(|source| BundleError::Json { file: MANIFEST, source })?;
    let mut files = vec![(MANIFEST.to_owned(), bytes)];
    for entry in manifest.files {
        if entry.name.contains(['/', '\\']) {
            return Err(BundleError::Missing(entry.name));
        }
        let bytes = read(&entry.name)?;
        files.push((entry.name, bytes));
    }
    Ok(files)
}

/// Whether a bundle may be written here.
///
/// # Errors
/// [`BundleError::NotABundle`] for a directory with other files and no manifest.
pub fn check_target(dir: &Path) -> Result<(), BundleError> {
    let occupied = std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) || dir.is_file();
    if occupied && !dir.join(MANIFEST).is_file() {
        return Err(BundleError::NotABundle(dir.to_owned()));
    }
    Ok(())
}

/// Puts a bundle in place of whatever bundle stands there: written aside first, then swapped by renaming. A crash
/// between the two renames leaves the former bundle beside it as `.NAME.previous`.
///
/// # Errors
/// [`BundleError::NotABundle`] and [`BundleError::Write`].
pub fn install(files: &Files, dir: &Path) -> Result<(), BundleError> {
    check_target(dir)?;
    let name = dir.file_name().map_or_else(|| "model".to_owned(), |name| name.to_string_lossy().into_owned());
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let (partial, previous) = (parent.join(format!(".{name}.partial")), parent.join(format!(".{name}.previous")));
    let failed = |file: &Path| {
        let file = file.to_owned();
        move |source| BundleError::Write { file, source }
    };
    for leftover in [&partial, &previous] {
        if leftover.exists() {
            std::fs::remove_dir_all(leftover).map_err(failed(leftover))?;
        }
    }
    std::fs::create_dir_all(&partial).map_err(failed(&partial))?;
    for (name, bytes) in files {
        let file = partial.join(name);
        std::fs::write(&file, bytes).map_err(failed(&file))?;
    }
    if dir.exists() {
        std::fs::rename(dir, &previous).map_err(failed(&previous))?;
    }
    std::fs::rename(&partial, dir).map_err(failed(dir))?;
    if previous.exists() {
        std::fs::remove_dir_all(&previous).map_err(failed(&previous))?;
    }
    Ok(())
}
