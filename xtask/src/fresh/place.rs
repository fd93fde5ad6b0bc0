//! Empty folders in the place of those that a machine fills over time.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::{self, Command};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::paths;
use crate::run::Outcome;

static PLACES: AtomicUsize = AtomicUsize::new(0);

/// A folder of its own with nothing in it, deleted when it is dropped.
pub struct Place(PathBuf);

impl Place {
    /// Below the cache, since crates take 1 GB that a memory-backed temporary folder may not have.
    ///
    /// # Errors
    /// If the cache cannot be written.
    pub fn new() -> Outcome<Self> {
        let folder = paths::cache().join(format!("fresh-{}-{}", process::id(), PLACES.fetch_add(1, Ordering::Relaxed)));
        let place = Self(folder);
        let cargo_home = place.folder("cargo");
        fs::create_dir_all(&cargo_home).map_err(|error| format!("{}: {error}", cargo_home.display()))?;
        place.keep_settings();
        Ok(place)
    }

    /// A folder in it, which is not made.
    pub fn folder(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Makes a command find the empty folders: of cargo, npm, pip and of this program.
    pub fn furnish<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("CARGO_HOME", self.folder("cargo")).env("MAPLENS_CACHE", self.folder("cache"));
        command.env("CARGO_TARGET_DIR", self.folder("target")).env("npm_config_cache", self.folder("npm"));
        command.env("PIP_CACHE_DIR", self.folder("pip"))
    }

    /// Where the network is reached through a mirror or a proxy, cargo's configuration says so.
    fn keep_settings(&self) {
        let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
        if let Some(home) = home {
            // Most have no such file.
            let _ = fs::copy(home.join("config.toml"), self.folder("cargo").join("config.toml"));
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_empty_and_goes() {
        let (first, second) = (Place::new().expect("the cache can be written"), Place::new().expect("another"));
        let folder = first.folder("cargo");
        assert_ne!(folder, second.folder("cargo"));
        assert!(fs::read_dir(&folder).expect("it was made").all(|entry| entry.is_ok_and(|entry| entry.file_name() == "config.toml")));
        drop(first);
        assert!(!folder.exists());
    }
}
