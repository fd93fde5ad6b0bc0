//! Debian packages. Elsewhere the message says what to install by hand.

use std::env;
use std::process::Command;

use crate::run::{Outcome, announce, command, find, output, run};

/// Installs `packages`, because of `why`.
///
/// # Errors
/// A sentence that says what to install by hand, where there is no apt, no right to use it, or it fails.
pub fn install(packages: &[&str], why: &str) -> Outcome<()> {
    let by_hand = |reason: String| format!("{} missing ({why}) and {reason}; install it by hand and run this again", packages.join(", "));
    if find("apt-get").is_none() {
        return Err(by_hand("there is no apt-get here".to_owned()));
    }
    let prefix = privilege().map_err(by_hand)?;
    announce(&format!("installing {} with apt", packages.join(", ")), why);
    run(apt(prefix).arg("update")).map_err(by_hand)?;
    run(apt(prefix).args(["install", "-y", "--no-install-recommends"]).args(packages)).map_err(by_hand)
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
