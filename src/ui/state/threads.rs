//! The number of CPU threads that may compute: as many as the machine has, unless the address gives a number.

use crate::web::address;

const KEY: &str = "threads";

/// The number of threads that the address asks for.
pub fn in_address() -> Option<usize> {
    address::parameter(KEY)?.parse().ok()
}

/// The number of threads as a part of the address's fragment; empty if the address asks for none.
pub fn fragment() -> String {
    in_address().map(|threads| format!("&{KEY}={threads}")).unwrap_or_default()
}
