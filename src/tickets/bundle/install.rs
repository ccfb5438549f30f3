//! Bundles on disk: read whole, put in place whole.

use std::path::Path;

use super::codec::{Bundle, read_bundle};
use super::error::BundleError;
use super::manifest::{MANIFEST, Manifest};

/// Names and contents of a bundle's files.
pub type BundleFiles = Vec<(String, Vec<u8>)>;

/// Reads a bundle from its directory.
///
/// # Errors
/// [`BundleError::Read`], and everything [`read_bundle`] finds.
pub fn load_bundle(dir: &Path) -> Result<Bundle, BundleError> {
    let files = read_bundle_files(dir)?;
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    read_bundle(&borrowed)
}

/// Reads the files that the manifest names, unchecked.
///
/// # Errors
/// [`BundleError::Read`], and [`BundleError::Json`] for a manifest that cannot be read.
pub fn read_bundle_files(dir: &Path) -> Result<BundleFiles, BundleError> {
    let read = |name: &str| {
        let file = dir.join(name);
        std::fs::read(&file).map_err(|source| BundleError::Read { file, source })
    };
    let bytes = read(MANIFEST)?;
    let manifest = Manifest::read(&bytes)?;
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
pub fn check_bundle_target(dir: &Path) -> Result<(), BundleError> {
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
pub fn install_bundle(files: &BundleFiles, dir: &Path) -> Result<(), BundleError> {
    check_bundle_target(dir)?;
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
