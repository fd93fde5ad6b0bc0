//! A dataset folder.
