//! Writes files and directories as a whole: beside their place, flushed, renamed into it, the folder flushed as well.
//!
//! A crash at any moment leaves the former content or the new one, at worst with a draft beside it that [`sweep`]
//! removes; an error leaves no draft. Knows nothing of what is written, and locks nothing: one writer a place.

#[cfg(test)]
pub(crate) mod fault;

use std::fs::{self, File};
use std::io;
#[cfg(not(test))]
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[cfg(test)]
use fault::{step, write_all};

/// What could not be done to which file or directory; the cause is the source.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    /// A verb, for example `write`.
    pub action: &'static str,
    pub path: PathBuf,
    #[source]
    pub source: io::Error,
}

impl FileError {
    /// Adds what was tried with which path to an I/O error, for `map_err`.
    pub fn at(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { action, path, source }
    }
}

/// Replaces the content of a file.
///
/// # Errors
/// The former content stays, and no draft of the new one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    replace(path, |file| write_all(file, path, bytes))
}

/// Replaces the content of a file by what `fill` writes, for content too large to be held.
///
/// # Errors
/// As [`write()`].
pub fn replace(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> Result<(), FileError> {
    let draft = beside(path, "tmp");
    let filled = step(&draft).and_then(|()| File::create(&draft)).and_then(|mut file| {
        fill(&mut file)?;
        step(&draft)?;
        file.sync_all()
    });
    let written = filled.map_err(FileError::at("write", &draft));
    let written = written.and_then(|()| rename(&draft, path)).and_then(|()| sync_parent(path));
    if written.is_err() {
        // The error at hand says more than a draft that could not be removed either.
        let _ = step(&draft).and_then(|()| fs::remove_file(&draft));
    }
    written
}

/// Replaces a directory by one that holds these files, named by path below it with `/`. The former directory stands
/// aside as `.NAME.previous` between two renames; [`recover_dir`] puts it back if a crash falls there.
///
/// # Errors
/// The former directory stays, and no draft of the new one.
pub fn write_dir<'a>(target: &Path, files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Result<(), FileError> {
    replace_dir(target, |draft| {
        for (name, bytes) in files {
            let path = draft.join(name);
            let folder = path.parent().unwrap_or(draft);
            create_dir_all(folder)?;
            write_synced(&path, bytes)?;
        }
        Ok(())
    })
}

/// Replaces a directory by what `fill` puts into the empty one it is given, as [`write_dir`] does. `fill` flushes its
/// files; the folders are flushed here.
///
/// # Errors
/// What `fill` fails with, or as [`write_dir`]; the former directory stays either way, and no draft of the new one.
pub fn replace_dir<E: From<FileError>>(target: &Path, fill: impl FnOnce(&Path) -> Result<(), E>) -> Result<(), E> {
    let (draft, previous) = (beside(target, "tmp"), beside(target, "previous"));
    let filled = empty(&draft).map_err(E::from).and_then(|()| fill(&draft));
    let written =
        filled.and_then(|()| sync_tree(&draft).and_then(|()| exchange(&draft, target, &previous)).map_err(E::from));
    if written.is_err() {
        let _ = remove_dir_all(&draft);
    }
    written
}

/// Puts back what [`write_dir`] had moved aside when the process ended, and removes what it left over. Whether the
/// directory was put back.
///
/// # Errors
/// The former directory cannot be moved or removed.
pub fn recover_dir(target: &Path) -> Result<bool, FileError> {
    let previous = beside(target, "previous");
    if !previous.exists() {
        return Ok(false);
    }
    if target.exists() {
        remove_dir_all(&previous)?;
        return Ok(false);
    }
    rename(&previous, target)?;
    sync_parent(target)?;
    Ok(true)
}

/// Removes the drafts that a crash left in a directory; how many. What cannot be removed stays for the next time.
pub fn sweep(dir: &Path) -> usize {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    let drafts = entries.flatten().map(|entry| entry.path());
    let drafts = drafts.filter(|path| path.extension().is_some_and(|extension| extension == "tmp"));
    drafts.filter(|path| fs::remove_dir_all(path).or_else(|_| fs::remove_file(path)).is_ok()).count()
}

/// Removes a directory in one step that a crash cannot halve: it is moved to a draft's name first, which [`sweep`]
/// removes.
///
/// # Errors
/// It cannot be moved, or not all of it removed.
pub fn remove_dir(path: &Path) -> Result<(), FileError> {
    let aside = beside(path, "tmp");
    if aside.exists() {
        remove_dir_all(&aside)?;
    }
    rename(path, &aside)?;
    remove_dir_all(&aside)
}

/// Moves a damaged file or directory out of the way as `NAME.damaged`, over one that stands there already; where it
/// stands now.
///
/// # Errors
/// It cannot be moved.
pub fn set_aside(path: &Path) -> Result<PathBuf, FileError> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".damaged");
    let aside = path.with_file_name(name);
    if aside.is_dir() {
        remove_dir_all(&aside)?;
    }
    rename(path, &aside)?;
    sync_parent(&aside)?;
    Ok(aside)
}

fn empty(folder: &Path) -> Result<(), FileError> {
    if folder.exists() {
        remove_dir_all(folder)?;
    }
    create_dir_all(folder)
}

/// Flushes a folder after those in it: a folder is durable before what names it.
fn sync_tree(folder: &Path) -> Result<(), FileError> {
    for entry in fs::read_dir(folder).map_err(FileError::at("flush", folder))? {
        let path = entry.map_err(FileError::at("flush", folder))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        }
    }
    sync(folder)
}

fn exchange(draft: &Path, target: &Path, previous: &Path) -> Result<(), FileError> {
    if !target.exists() {
        return rename(draft, target).and_then(|()| sync_parent(target));
    }
    if previous.exists() {
        remove_dir_all(previous)?;
    }
    rename(target, previous)?;
    if let Err(error) = rename(draft, target) {
        // Where this fails as well, `recover_dir` does it at the next start.
        let _ = rename(previous, target);
        return Err(error);
    }
    sync_parent(target)?;
    remove_dir_all(previous)
}

/// `.NAME.EXTENSION` in the same folder: hidden, and on the same file system, so that a rename is enough.
fn beside(path: &Path, extension: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{extension}"))
}

fn write_synced(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let write = || {
        step(path)?;
        let mut file = File::create(path)?;
        write_all(&mut file, path, bytes)?;
        step(path)?;
        file.sync_all()
    };
    write().map_err(FileError::at("write", path))
}

fn rename(from: &Path, to: &Path) -> Result<(), FileError> {
    step(to).and_then(|()| fs::rename(from, to)).map_err(FileError::at("replace", to))
}

fn create_dir_all(path: &Path) -> Result<(), FileError> {
    step(path).and_then(|()| fs::create_dir_all(path)).map_err(FileError::at("make", path))
}

fn remove_dir_all(path: &Path) -> Result<(), FileError> {
    step(path).and_then(|()| fs::remove_dir_all(path)).map_err(FileError::at("remove", path))
}

/// A rename is durable only when the folder is flushed as well.
fn sync_parent(path: &Path) -> Result<(), FileError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    sync(parent)
}

fn sync(folder: &Path) -> Result<(), FileError> {
    let flush = || {
        step(folder)?;
        File::open(folder)?.sync_all()
    };
    flush().map_err(FileError::at("flush", folder))
}

/// Every call that changes files is announced here, so that a test can let it fail.
#[cfg(not(test))]
#[inline]
fn step(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(test))]
#[inline]
fn write_all(file: &mut File, _path: &Path, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)
}

#[cfg(test)]
mod tests {
    use std::error::Error as _;

    use super::*;

    fn names(dir: &Path) -> Vec<String> {
        let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = entries.collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_or_left_and_an_error_names_path_and_cause() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("live.json");
        write(&path, b"one").unwrap();
        write(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        let folder = dir.path().join("folder");
        fs::create_dir(&folder).unwrap();
        let error = write(&folder, b"three").unwrap_err(); // a folder cannot be replaced by a file
        assert!(error.to_string().ends_with("/folder") && error.source().is_some(), "{error}");
        let error = write(&dir.path().join("none/live.json"), b"x").unwrap_err();
        assert!(error.source().unwrap().to_string().contains("No such file"), "{error:?}");
        assert_eq!(names(dir.path()), ["folder", "live.json"]);
    }

    #[test]
    fn a_directory_is_replaced_as_a_whole() {
        let dir = tempfile::tempdir().unwrap();
        let target = dir.path().join("model");
        let files = |content: &'static str| [("manifest", content.as_bytes()), ("deep/er/rows", b"1".as_slice())];
        write_dir(&target, files("one")).unwrap();
        fs::write(target.join("stray"), "x").unwrap();
        write_dir(&target, files("two")).unwrap();
        assert_eq!(fs::read(target.join("manifest")).unwrap(), b"two");
        assert_eq!((names(&target), names(dir.path())), (vec!["deep".into(), "manifest".into()], vec!["model".into()]));
        assert!(write_dir(&target, [("manifest/below", b"x".as_slice()), ("manifest", b"y")]).is_err());
        assert_eq!(
            (fs::read(target.join("manifest")).unwrap(), names(dir.path())),
            (b"two".into(), vec!["model".into()])
        );
    }

    #[test]
    fn what_a_crash_left_is_put_back_or_swept() {
        let dir = tempfile::tempdir().unwrap();
        let (target, previous) = (dir.path().join("model"), dir.path().join(".model.previous"));
        write_dir(&target, [("a", b"good".as_slice())]).unwrap();
        fs::rename(&target, &previous).unwrap(); // ended between the two renames
        fs::create_dir(dir.path().join(".model.tmp")).unwrap();
        fs::write(dir.path().join(".live.json.tmp"), "x").unwrap();
        assert!(recover_dir(&target).unwrap());
        assert_eq!(fs::read(target.join("a")).unwrap(), b"good");
        assert_eq!(sweep(dir.path()), 2);
        fs::create_dir(&previous).unwrap(); // ended after them
        assert!(!recover_dir(&target).unwrap());
        assert_eq!(names(dir.path()), ["model"]);
        for _ in 0..2 {
            fs::create_dir_all(&target).unwrap();
            assert_eq!(set_aside(&target).unwrap(), dir.path().join("model.damaged"));
        }
        assert_eq!((names(dir.path()), sweep(&target)), (vec!["model.damaged".into()], 0));
    }
}
