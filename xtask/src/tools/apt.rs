//! Debian packages. Elsewhere the message says what to install by hand.

use std::env;
use std::path::Path;
use std::process::Command;

use crate::run::{Outcome, announce, command, find, output, run};

/// Packages that are installed together.
pub struct Packages {
    /// Their names in Debian.
    pub names: &'static [&'static str],
    /// What they are needed for.
    pub why: &'static str,
}

/// Installs `packages`.
///
/// # Errors
/// A sentence that says what to install by hand, where there is no apt, no right to use it, or it fails.
pub fn install(Packages { names, why }: &Packages) -> Outcome<()> {
    let by_hand = |reason: String| format!("{} missing ({why}) and {reason}; install it by hand and run this again", names.join(", "));
    if !is_here() {
        return Err(by_hand("there is no apt-get here".to_owned()));
    }
    let prefix = privilege().map_err(by_hand)?;
    announce(&format!("installing {} with apt", names.join(", ")), why);
    run(apt(prefix).arg("update")).map_err(by_hand)?;
    run(apt(prefix).args(INSTALL).args(*names)).map_err(by_hand)
}

const INSTALL: [&str; 3] = ["install", "-y", "--no-install-recommends"];

/// Whether this system has apt.
pub fn is_here() -> bool {
    find("apt-get").is_some()
}

/// Downloads the lists of packages into the empty folder `lists` and simulates the installation of each group on a system that has no
/// package yet. Needs no privilege and changes nothing outside the folder.
///
/// # Errors
/// The lists that cannot be downloaded, the groups that cannot be installed.
pub fn available(groups: &[&Packages], lists: &Path) -> Outcome<()> {
    let status = lists.join("status");
    std::fs::create_dir_all(lists.join("partial")).and_then(|()| std::fs::write(&status, "")).map_err(|error| error.to_string())?;
    let option = |name: &str, value: &Path| format!("{name}={}", value.display());
    let options = [option("Dir::State::Lists", lists), option("Dir::State::status", &status), option("Dir::Cache", lists)];
    let apt = || {
        let mut apt = apt(None);
        // As root, apt downloads as a user of its own, who may not write here.
        apt.args(options.iter().flat_map(|option| ["-o", option])).args(["-o", "APT::Sandbox::User=root"]);
        apt
    };
    output(apt().args(["-o", "APT::Update::Error-Mode=any", "update"]))?;
    let failed = |group: &&&Packages| output(apt().arg("--simulate").args(INSTALL).args(group.names)).err();
    let failures = groups.iter().filter_map(|group| failed(&group)).collect::<Vec<_>>();
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// `sudo` where it is needed and asks for no password that nobody could type.
fn privilege() -> Result<Option<&'static str>, String> {
    let is_root = output(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    if is_root {
        return Ok(None);
    }
    let interactive = env::var_os("CI").is_none();
    let may = find("sudo").is_some() && (interactive || run(command("sudo").args(["-n", "true"])).is_ok());
    if may { Ok(Some("sudo")) } else { Err("apt needs root, and sudo cannot be used".to_owned()) }
}

fn apt(prefix: Option<&str>) -> Command {
    let mut apt = match prefix {
        // sudo does not pass the environment on.
        Some(sudo) => {
            let mut apt = command(sudo);
            apt.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).stdin(std::process::Stdio::inherit());
            apt
        }
        None => command("apt-get"),
    };
    apt.env("DEBIAN_FRONTEND", "noninteractive").arg("-q");
    apt
}
