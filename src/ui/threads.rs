//! How many threads of the CPU may compute: as many as the machine has, unless the address says otherwise.

use crate::web::address;

const KEY: &str = "threads";

/// What the address says.
pub fn asked() -> Option<usize> {
    address::parameter(KEY)?.parse().ok()
}

/// The same for an address that is to say it, too.
pub fn fragment() -> String {
    asked().map(|threads| format!("&{KEY}={threads}")).unwrap_or_default()
}
