//! The voxel that is shown first: the strongest.

use crate::volume::Volume;

/// World position of the voxel with the largest finite magnitude, the first if tied; `None` where all are zero.
pub fn strongest_voxel(volume: &Volume) -> Option<[f64; 3]> {
    let mut best = (0, 0.0);
    for (index, value) in volume.data().iter().map(|value| value.abs()).enumerate() {
        if value > best.1 && value.is_finite() {
            best = (index, value);
        }
    }
    let [_, n_j, n_k] = volume.shape();
    let voxel = [best.0 / (n_j * n_k).max(1), best.0 / n_k.max(1) % n_j.max(1), best.0 % n_k.max(1)];
    (best.1 > 0.0).then(|| volume.world_from_voxel().apply(voxel.map(|index| index as f64)))
}
