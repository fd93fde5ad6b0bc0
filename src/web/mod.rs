//! Browser plumbing.
