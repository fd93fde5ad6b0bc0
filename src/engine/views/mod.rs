//! What is seen beside a single map: figures, other volumes, kept maps and their comparison, clusters, numbers.

mod clusters;
pub(super) mod figures;
pub(super) mod kept_maps;
mod numbers;
mod requests;
mod volumes;
