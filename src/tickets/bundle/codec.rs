//! A trained router ⇄ the bytes of its files.
//!
//! Numbers are little-endian, groups stand in the manifest's label order. Reads from memory only.

use serde::{Deserialize, Serialize};

use super::error::BundleError;
use super::manifest::{EncoderStamp, FORMAT, FORMAT_VERSION, FileEntry, MANIFEST, Manifest, OLDEST_FORMAT};
use super::soundness;
use crate::encoder::SentenceEncoder;
use crate::text::NORMALIZATION_VERSION;
use crate::tickets::calibrate::ProbabilityMap;
use crate::tickets::features::{EmbeddingFeatures, EmbeddingStatistics, FEATURE_VERSION, Vectorizer};
use crate::tickets::model::{Model, QuantizedWeights};
use crate::tickets::promise::{OutOfFoldConfidences, RoutingPolicy};
use crate::tickets::train::{TrainOptions, TrainedRouter, TrainingReport};

/// Names and contents of a bundle's files.
pub type BundleFiles = Vec<(String, Vec<u8>)>;

const VOCABULARY: &str = "vocabulary.bin";
const WEIGHTS: &str = "weights.bin";
const CALIBRATION: &str = "calibration.json";
const REPORT: &str = "report.json";
const ROWS: &str = "rows.bin";
const EMBEDDING: &str = "meaning.bin";
const EVIDENCE: &str = "evidence.bin";
/// Bytes of a guess in the evidence: confidence, group, right or wrong.
const GUESS: usize = 7;

/// A bundle read back.
#[derive(Debug, Clone)]
pub struct Bundle {
    pub manifest: Manifest,
    pub model: Model,
    pub report: TrainingReport,
    /// [`TicketRow::key`](crate::tickets::TicketRow::key) of every training row, ascending.
    pub row_keys: Vec<u64>,
    /// First 16 hexadecimal digits of the manifest's BLAKE3: the content address of the whole bundle.
    pub version: String,
}

/// `calibration.json`.
#[derive(Serialize, Deserialize)]
struct Decisions {
    calibration: ProbabilityMap,
    policy: RoutingPolicy,
    prior: Vec<f64>,
}

/// The files of a trained router.
///
/// # Errors
/// [`BundleError::Json`] only, where a figure cannot be written.
pub fn bundle_files(
    trained: &TrainedRouter,
    options: &TrainOptions,
    row_keys: &[u64],
) -> Result<BundleFiles, BundleError> {
    let model = &trained.model;
    let decisions =
        Decisions { calibration: model.calibration.clone(), policy: model.policy.clone(), prior: model.prior.clone() };
    let mut files: BundleFiles = vec![
        (CALIBRATION.to_owned(), json(CALIBRATION, &decisions)?),
        (EVIDENCE.to_owned(), evidence_bytes(&model.evidence)),
        (REPORT.to_owned(), json(REPORT, &trained.report)?),
        (ROWS.to_owned(), row_keys.iter().flat_map(|key| key.to_le_bytes()).collect()),
        (VOCABULARY.to_owned(), vocabulary_bytes(&model.vectorizer)),
        (WEIGHTS.to_owned(), weights_bytes(&model.weights)),
    ];
    let mut encoder = None;
    if let Some(embedding) = &model.embedding {
        let EmbeddingStatistics { mean, centers } = embedding.statistics();
        let values = mean.iter().chain(centers.iter().flatten());
        files.push((EMBEDDING.to_owned(), values.flat_map(|value| value.to_le_bytes()).collect()));
        encoder = Some(EncoderStamp {
            name: embedding.kind(),
            version: embedding.encoder_version().to_owned(),
            width: embedding.width(),
            centers: centers.len(),
        });
    }
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
        files: files.iter().map(|(name, bytes)| FileEntry::of(name, bytes)).collect(),
        checksum: None,
    };
    files.insert(0, (MANIFEST.to_owned(), manifest.sealed()?));
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
pub fn read_bundle(files: &[(&str, &[u8])]) -> Result<Bundle, BundleError> {
    let manifest_bytes = find(files, MANIFEST)?;
    let manifest = Manifest::read(manifest_bytes)?;
    manifest.check(manifest_bytes)?;
    soundness::manifest(&manifest)?;
    for entry in &manifest.files {
        entry.check(find(files, &entry.name)?)?;
    }
    let vectorizer = read_vocabulary(&manifest, find(files, VOCABULARY)?)?;
    let weights = read_weights(&manifest, find(files, WEIGHTS)?)?;
    let Decisions { calibration, policy, prior } = read_decisions(&manifest, find(files, CALIBRATION)?)?;
    let report = parsed(REPORT, find(files, REPORT)?)?;
    let row_keys = numbers("row keys", find(files, ROWS)?, u64::from_le_bytes)?;
    soundness::ascending("row keys (ascending)", &row_keys)?;
    let embedding = match &manifest.encoder {
        Some(stamp) => Some(read_embedding(stamp, find(files, EMBEDDING)?)?),
        None => None,
    };
    let evidence = if manifest.format_version > OLDEST_FORMAT {
        read_evidence(&manifest, find(files, EVIDENCE)?)?
    } else {
        OutOfFoldConfidences::default()
    };
    let version = blake3::hash(manifest_bytes).to_hex()[..16].to_owned();
    let model = Model { vectorizer, embedding, weights, calibration, policy, evidence, prior };
    Ok(Bundle { manifest, model, report, row_keys, version })
}

fn find<'a>(files: &[(&str, &'a [u8])], name: &str) -> Result<&'a [u8], BundleError> {
    let file = files.iter().find(|(other, _)| *other == name);
    file.map(|(_, bytes)| *bytes).ok_or_else(|| BundleError::Missing(name.to_owned()))
}

fn parsed<T: for<'a> Deserialize<'a>>(file: &'static str, bytes: &[u8]) -> Result<T, BundleError> {
    serde_json::from_slice(bytes).map_err(|source| BundleError::Json { file, source })
}

/// Keys, ascending, then their inverse document frequencies.
fn vocabulary_bytes(vectorizer: &Vectorizer) -> Vec<u8> {
    let keys = vectorizer.keys().iter().flat_map(|key| key.to_le_bytes());
    keys.chain(vectorizer.idf().iter().flat_map(|idf| idf.to_le_bytes())).collect()
}

fn read_vocabulary(manifest: &Manifest, bytes: &[u8]) -> Result<Vectorizer, BundleError> {
    let (keys, idf) = sized("vocabulary", bytes, manifest.terms.saturating_mul(12))?.split_at(manifest.terms * 8);
    let keys = numbers("vocabulary", keys, u64::from_le_bytes)?;
    let vectorizer = Vectorizer::from_parts(keys, numbers("vocabulary", idf, f32::from_le_bytes)?);
    soundness::vocabulary(&vectorizer)?;
    Ok(vectorizer)
}

/// Steps and biases of the groups, weights of the terms; with an encoder, steps and weights of the dense columns.
fn weights_bytes(weights: &QuantizedWeights) -> Vec<u8> {
    let scales = weights.steps.iter().chain(&weights.biases).flat_map(|value| value.to_le_bytes());
    let terms = weights.quantized.iter().flat_map(|step| step.to_le_bytes());
    let dense = weights.dense_steps.iter().flat_map(|value| value.to_le_bytes());
    scales.chain(terms).chain(dense).chain(weights.dense.iter().flat_map(|step| step.to_le_bytes())).collect()
}

fn read_weights(manifest: &Manifest, bytes: &[u8]) -> Result<QuantizedWeights, BundleError> {
    let (groups, terms) = (manifest.labels.len(), manifest.terms);
    let width = manifest.encoder.as_ref().map_or(0, |encoder| encoder.width);
    let dense_steps = if width == 0 { 0 } else { groups * 4 };
    // A manifest may name numbers whose product no memory holds; a product that stops at the largest fits no file.
    let columns = terms.saturating_add(width).saturating_mul(groups).saturating_mul(2);
    let expected = columns.saturating_add(groups * 8 + dense_steps);
    let (scales, rest) = sized("weights", bytes, expected)?.split_at(groups * 8);
    let (quantized, dense) = rest.split_at(terms * groups * 2);
    let (steps, biases) = scales.split_at(groups * 4);
    let (dense_steps, dense) = dense.split_at(dense_steps);
    let weights = QuantizedWeights {
        steps: numbers("weights", steps, f32::from_le_bytes)?,
        biases: numbers("weights", biases, f32::from_le_bytes)?,
        quantized: numbers("weights", quantized, i16::from_le_bytes)?,
        dense_steps: numbers("weights", dense_steps, f32::from_le_bytes)?,
        dense: numbers("weights", dense, i16::from_le_bytes)?,
    };
    soundness::weights(&weights)?;
    Ok(weights)
}

fn read_decisions(manifest: &Manifest, bytes: &[u8]) -> Result<Decisions, BundleError> {
    let decisions: Decisions = parsed(CALIBRATION, bytes)?;
    let lengths = [
        ("calibration slopes", decisions.calibration.slopes.len()),
        ("calibration offsets", decisions.calibration.offsets.len()),
        ("shortlist thresholds", decisions.policy.shortlist_at.len()),
        ("shortlist thresholds of groups", decisions.policy.shortlist_own.len()),
        ("prior", decisions.prior.len()),
    ];
    let expected = manifest.labels.len();
    if let Some((what, found)) = lengths.into_iter().find(|(_, found)| *found != expected) {
        return Err(BundleError::Dimension { what, expected, found });
    }
    soundness::probability_map(&decisions.calibration)?;
    soundness::policy(&decisions.policy)?;
    soundness::prior(&decisions.prior)?;
    Ok(decisions)
}

/// Means and centres; refused where the encoder has changed since.
fn read_embedding(stamp: &EncoderStamp, bytes: &[u8]) -> Result<EmbeddingFeatures, BundleError> {
    let values: Vec<f32> = numbers("meaning", bytes, f32::from_le_bytes)?;
    let misfit = || BundleError::Dimension { what: "meaning", expected: stamp.width, found: values.len() };
    let length = values.len().saturating_sub(stamp.width) / stamp.centers.max(1);
    let expected = stamp.centers.saturating_mul(length).saturating_add(stamp.width);
    if values.len() != expected || length == 0 {
        return Err(misfit());
    }
    let (mean, centers) = values.split_at(stamp.width);
    let centers = centers.chunks_exact(length).map(<[f32]>::to_vec).collect();
    let statistics = EmbeddingStatistics { mean: mean.to_vec(), centers };
    soundness::embedding(&statistics)?;
    let embedding = EmbeddingFeatures::from_statistics(stamp.name, statistics)?;
    let found = SentenceEncoder::embedded(stamp.name)?.version().to_owned();
    match embedding {
        Some(embedding) if found == stamp.version => Ok(embedding),
        Some(_) => Err(BundleError::Version { what: "encoder version", expected: found, found: stamp.version.clone() }),
        None => Err(misfit()),
    }
}

fn evidence_bytes(evidence: &OutOfFoldConfidences) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(evidence.guesses.len() * GUESS);
    for (confidence, guess, right) in &evidence.guesses {
        bytes.extend(confidence.to_le_bytes());
        bytes.extend(guess.to_le_bytes());
        bytes.push(u8::from(*right));
    }
    bytes
}

fn read_evidence(manifest: &Manifest, bytes: &[u8]) -> Result<OutOfFoldConfidences, BundleError> {
    let guess = |[a, b, c, d, low, high, right]: [u8; GUESS]| {
        (f32::from_le_bytes([a, b, c, d]), u16::from_le_bytes([low, high]), right != 0)
    };
    let evidence = OutOfFoldConfidences { guesses: numbers("evidence", bytes, guess)? };
    soundness::evidence(&evidence, manifest.labels.len())?;
    Ok(evidence)
}

fn sized<'a>(what: &'static str, bytes: &'a [u8], expected: usize) -> Result<&'a [u8], BundleError> {
    let found = bytes.len();
    if found == expected { Ok(bytes) } else { Err(BundleError::Dimension { what, expected, found }) }
}

/// Little-endian numbers of `N` bytes each, and nothing after them.
fn numbers<T, const N: usize>(what: &'static str, bytes: &[u8], read: fn([u8; N]) -> T) -> Result<Vec<T>, BundleError> {
    let (chunks, rest) = bytes.as_chunks::<N>();
    if !rest.is_empty() {
        return Err(BundleError::Dimension { what, expected: chunks.len() * N, found: bytes.len() });
    }
    Ok(chunks.iter().copied().map(read).collect())
}
