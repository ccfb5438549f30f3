//! A trained router as files: manifest, vocabulary, weights, calibration, report, keys of the training rows.
//!
//! Everything is checked before anything is believed. Equal models give equal bytes. No customer text is kept.

mod codec;
mod error;
mod install;
mod manifest;
mod soundness;

pub use codec::{Bundle, BundleFiles, bundle_files, read_bundle};
pub use error::BundleError;
pub use install::{check_bundle_target, install_bundle, load_bundle, read_bundle_files, recover_bundle};
pub use manifest::MANIFEST;
