//! The difference models that ship, one for each encoder whose cosines they were fitted on.

use std::sync::{Arc, LazyLock};

use super::model::DifferenceModel;

const FILES: [&[u8]; 2] =
    [include_bytes!("../../models/difference/standard.json"), include_bytes!("../../models/difference/accurate.json")];

static MODELS: LazyLock<Vec<Arc<DifferenceModel>>> =
    LazyLock::new(|| FILES.iter().filter_map(|file| DifferenceModel::embedded(file)).map(Arc::new).collect());

/// The bytes of all files, for the version of what they decide.
#[must_use]
pub fn contents() -> [&'static [u8]; 2] {
    FILES
}

/// The model for an encoder's cosines; `None` for an encoder that does not ship, whose differences are not judged.
#[must_use]
pub fn for_encoder(version: &str) -> Option<Arc<DifferenceModel>> {
    MODELS.iter().find(|model| model.encoder_version == version).map(Arc::clone)
}
