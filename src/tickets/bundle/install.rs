//! Bundles on disk: read whole, put in place whole, and found again after a crash in between.

use std::fs;
use std::path::{Path, PathBuf};

use super::codec::{Bundle, BundleFiles, read_bundle};
use super::error::BundleError;
use super::manifest::{MANIFEST, Manifest};
use crate::atomic_file;

/// Longest manifest that is read, in bytes; one of a thousand groups has a tenth of it.
const LONGEST_MANIFEST: u64 = 1 << 20;

/// Reads a bundle from its directory; where a crash left none there, the former one beside it.
///
/// # Errors
/// What cannot be read, and everything [`read_bundle`] finds.
pub fn load_bundle(dir: &Path) -> Result<Bundle, BundleError> {
    let former = former(dir);
    let gone = !dir.exists() && former.join(MANIFEST).is_file();
    if gone {
        tracing::warn!("{} is gone: a replacement was cut short, the former model serves", dir.display());
    }
    let files = read_bundle_files(if gone { &former } else { dir })?;
    let borrowed: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    let bundle = read_bundle(&borrowed)?;
    if bundle.manifest.checksum.is_none() {
        tracing::warn!("{}: {MANIFEST} has no checksum, so that damage to it may go unnoticed", dir.display());
    }
    Ok(bundle)
}

/// Reads the files that the manifest names, unchecked but for their kind and length: a pipe or a device is not opened.
///
/// # Errors
/// [`BundleError::Read`], [`BundleError::NotAFile`], [`BundleError::Dimension`] for a file of another length, and
/// [`BundleError::Json`] for a manifest that cannot be read.
pub fn read_bundle_files(dir: &Path) -> Result<BundleFiles, BundleError> {
    let bytes = read_file(&dir.join(MANIFEST), |length| length <= LONGEST_MANIFEST)?;
    let manifest = Manifest::read(&bytes)?;
    let mut files = vec![(MANIFEST.to_owned(), bytes)];
    for entry in manifest.files {
        let plain = Path::new(&entry.name).file_name().is_some_and(|name| name == entry.name.as_str());
        if !plain || entry.name == MANIFEST || entry.name.contains('\\') {
            return Err(BundleError::Value { what: "file name", found: entry.name });
        }
        let bytes = read_file(&dir.join(&entry.name), |length| usize::try_from(length) == Ok(entry.bytes))?;
        files.push((entry.name, bytes));
    }
    Ok(files)
}

fn read_file(file: &Path, is_expected: impl Fn(u64) -> bool) -> Result<Vec<u8>, BundleError> {
    let failed = |source| BundleError::Read { file: file.to_owned(), source };
    let found = fs::metadata(file).map_err(failed)?;
    if !found.is_file() {
        return Err(BundleError::NotAFile(file.to_owned()));
    }
    if !is_expected(found.len()) {
        return Err(BundleError::Length { file: file.to_owned(), found: found.len() });
    }
    fs::read(file).map_err(failed)
}

/// Whether a bundle may be written here.
///
/// # Errors
/// [`BundleError::NotABundle`] for a directory with other files and no manifest.
pub fn check_bundle_target(dir: &Path) -> Result<(), BundleError> {
    let occupied = fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) || dir.is_file();
    if occupied && !dir.join(MANIFEST).is_file() {
        return Err(BundleError::NotABundle(dir.to_owned()));
    }
    Ok(())
}

/// Puts the former bundle back where a crash left none while another took its place; says whether it did. Whoever is
/// about to replace a bundle asks this first: a missing one would be taken for a first installation.
///
/// # Errors
/// [`BundleError::Write`].
pub fn recover_bundle(dir: &Path) -> Result<bool, BundleError> {
    Ok(atomic_file::recover_dir(dir)?)
}

/// Puts a bundle in place of whatever bundle stands there, as a whole and flushed. A crash in between leaves the former
/// bundle beside it, where [`load_bundle`] and [`recover_bundle`] find it.
///
/// # Errors
/// [`BundleError::NotABundle`] and [`BundleError::Write`].
pub fn install_bundle(files: &BundleFiles, dir: &Path) -> Result<(), BundleError> {
    recover_bundle(dir)?;
    check_bundle_target(dir)?;
    Ok(atomic_file::write_dir(dir, files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())))?)
}

/// Where a former bundle stands while another takes its place.
fn former(dir: &Path) -> PathBuf {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    dir.with_file_name(format!(".{name}.previous"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(mark: &str) -> BundleFiles {
        let manifest = format!("{{\"mark\": \"{mark}\"}}");
        vec![(MANIFEST.to_owned(), manifest.into_bytes()), ("weights.bin".to_owned(), mark.as_bytes().to_vec())]
    }

    fn mark(dir: &Path) -> String {
        fs::read_to_string(dir.join("weights.bin")).unwrap()
    }

    #[test]
    fn a_crash_between_the_renames_loses_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let live = folder.path().join("live");
        assert!(!recover_bundle(&live).unwrap(), "nothing was ever there");
        install_bundle(&bundle("first"), &live).unwrap();
        // As after the first rename: draft and former bundle stand aside, and none in its place.
        fs::rename(&live, folder.path().join(".live.previous")).unwrap();
        fs::create_dir(folder.path().join(".live.tmp")).unwrap();
        assert!(recover_bundle(&live).unwrap());
        assert_eq!(mark(&live), "first");
        assert!(!recover_bundle(&live).unwrap(), "what is there is left alone");
        fs::rename(&live, folder.path().join(".live.previous")).unwrap();
        install_bundle(&bundle("second"), &live).unwrap();
        assert_eq!(mark(&live), "second");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        // As after the second rename: both are whole, the new one counts.
        install_bundle(&bundle("first"), &folder.path().join(".live.previous")).unwrap();
        assert!(!recover_bundle(&live).unwrap());
        install_bundle(&bundle("third"), &live).unwrap();
        assert_eq!(mark(&live), "third");
    }
}
