//! A trained-model folder.
