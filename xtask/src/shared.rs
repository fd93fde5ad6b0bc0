//! Files that several runs of this program may want at the same time: one writes, the others wait or keep what they read.

use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::paths;
use crate::run::{Outcome, announce};

/// Tells the writers within this process apart.
static WRITERS: AtomicUsize = AtomicUsize::new(0);

/// Held while something is changed that all clones share, or that all runs in one clone share. Given back when it is dropped.
pub struct Lock {
    // A file system without locks gives none: then there is one run at a time, as before.
    _file: Option<File>,
}

/// Waits until no other run holds the lock called `name`.
///
/// # Errors
/// If the cache cannot be written.
pub fn lock(name: &str) -> Outcome<Lock> {
    let file = paths::cache().join("locks").join(name);
    make_parent(&file)?;
    let file = File::create(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    let held = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => {
            announce("waiting for another cargo xtask", &format!("it holds the lock `{name}`"));
            file.lock().is_ok()
        }
        Err(TryLockError::Error(_)) => false,
    };
    Ok(Lock { _file: held.then_some(file) })
}

/// Fills `file` by writing a file beside it and renaming that: whoever reads `file` finds all of it or what was there before.
///
/// # Errors
/// Those of `write`, or if the folder cannot be written.
pub fn replace(file: &Path, write: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<()> {
    make_parent(file)?;
    let mut unfinished = file.as_os_str().to_owned();
    unfinished.push(format!(".{}-{}.unfinished", std::process::id(), WRITERS.fetch_add(1, Ordering::Relaxed)));
    let unfinished = Path::new(&unfinished);
    let outcome = write(unfinished).and_then(|()| fs::rename(unfinished, file).map_err(|error| format!("{}: {error}", file.display())));
    if outcome.is_err() {
        let _ = fs::remove_file(unfinished);
    }
    outcome
}

/// Makes the folder that `file` lies in.
///
/// # Errors
/// If it cannot be made.
pub fn make_parent(file: &Path) -> Outcome<()> {
    let dir = file.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(dir).map_err(|error| format!("{}: {error}", dir.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        std::env::temp_dir().join(format!("maplens-shared-{name}-{}", std::process::id()))
    }

    #[test]
    fn a_file_is_replaced_whole_or_not_at_all() {
        let folder = folder("replace");
        let file = folder.join("kept.wasm");
        let written = |text: &'static str| move |path: &Path| fs::write(path, text).map_err(|error| error.to_string());
        assert_eq!(replace(&file, written("first")), Ok(()));
        let failed = replace(&file, |path| written("half")(path).and(Err("the tool failed".to_owned())));
        assert_eq!(failed, Err("the tool failed".to_owned()));
        assert_eq!(fs::read_to_string(&file).as_deref().ok(), Some("first"));
        assert_eq!(fs::read_dir(&folder).map(Iterator::count).ok(), Some(1), "nothing unfinished is left");
        fs::remove_dir_all(&folder).expect("the test's own folder");
    }

    #[test]
    fn two_writers_do_not_take_each_others_file() {
        let folder = folder("writers");
        let file = folder.join("kept.wasm");
        // The second begins and ends while the first still writes, as two `serve` of one page may.
        let write = |path: &Path, text: &str| fs::write(path, text).map_err(|error| error.to_string());
        let first = replace(&file, |path| {
            write(path, "first")?;
            replace(&file, |path| write(path, "second"))
        });
        assert_eq!(first, Ok(()));
        assert_eq!(fs::read_to_string(&file).as_deref().ok(), Some("first"));
        fs::remove_dir_all(&folder).expect("the test's own folder");
    }

    #[test]
    fn a_lock_is_held_until_it_is_dropped() {
        let file = folder("lock");
        let (first, second) = (File::create(&file).expect("a temporary file"), File::open(&file).expect("the same file"));
        first.try_lock().expect("nobody holds it");
        assert!(matches!(second.try_lock(), Err(TryLockError::WouldBlock)));
        drop(first);
        assert!(second.try_lock().is_ok());
        fs::remove_file(&file).expect("the test's own file");
    }
}
