//! Slices as pixels.
