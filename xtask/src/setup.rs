//! What a build of the page needs, made sure of before anything is compiled: what is lacking is said within seconds, not after burn.

use std::fs;
use std::path::Path;

use crate::dist::Profile;
use crate::run::{self, Outcome};
use crate::tools::{self, Tool};
use crate::{paths, shared};

/// Says that every download is here. Only [`page`] makes one, so nothing can be compiled without it.
pub struct Fetched {
    tools: Vec<Tool>,
}

impl Fetched {
    /// The tools that are still to be built.
    pub fn tools(&self) -> &[Tool] {
        &self.tools
    }
}

/// Which tools' crates are downloaded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// Of those that are not installed.
    Lacking,
    /// Of all, as on a machine that has none.
    All,
}

/// Makes sure of places to write to and of all downloads for the page.
///
/// # Errors
/// What is lacking, and what to do.
pub fn page(profile: Profile, extent: Extent) -> Outcome<Fetched> {
    places()?;
    tools::wasm_target()?;
    tools::fetch_workspace()?;
    let wanted = |tool: &Tool| extent == Extent::All || !tool.is_installed();
    let tools = [tools::trunk()?, tools::wasm_bindgen()?].into_iter().filter(wanted).collect::<Vec<_>>();
    tools.iter().try_for_each(Tool::fetch)?;
    if profile == Profile::Release {
        // The size of the programs is measured with node, and wasm-opt runs on it.
        tools::wasm_opt()?;
    }
    Ok(Fetched { tools })
}

fn places() -> Outcome<()> {
    let cache = paths::cache();
    writable(&cache).map_err(|error| format!("{error}\nTools and build results go there; MAPLENS_CACHE names another folder."))?;
    writable(&paths::target()).map_err(|error| format!("{error}\nBuild results go there; CARGO_TARGET_DIR names another folder."))?;
    writable(&paths::dist()).map_err(|error| format!("{error}\nThe page goes there: work in a clone that can be written to."))?;
    if run::tools_can_be_found() {
        return Ok(());
    }
    Err(format!("{}: a search path cannot name a folder with this character; set MAPLENS_CACHE to another", cache.display()))
}

/// Makes the folder and a file in it.
fn writable(folder: &Path) -> Outcome<()> {
    let probe = folder.join(format!(".writable-{}", std::process::id()));
    shared::make_parent(&probe)?;
    fs::write(&probe, "").and_then(|()| fs::remove_file(&probe)).map_err(|error| format!("{}: {error}", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_cannot_be_written_is_named() {
        let file = std::env::temp_dir().join(format!("maplens-setup-{}", std::process::id()));
        fs::write(&file, "").expect("a temporary file");
        let folder = file.join("folder");
        assert!(writable(&folder).is_err_and(|message| message.contains(&*folder.to_string_lossy())));
        fs::remove_file(&file).expect("the test's own file");
        assert_eq!(writable(&file), Ok(()));
        fs::remove_dir(&file).expect("the test's own folder, empty again");
    }
}
