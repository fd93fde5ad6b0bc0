//! Empty: this package is a list of downloads (see Cargo.toml).
