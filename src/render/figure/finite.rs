//! Values that are not finite, as nilearn treats them.

use std::borrow::Cow;

use crate::volume::Volume;

/// The volume with 0 for what is not finite, as nilearn has it.
pub(super) fn finite(volume: &Volume) -> Cow<'_, Volume> {
    if volume.data().iter().all(|value| value.is_finite()) {
        return Cow::Borrowed(volume);
    }
    let data = volume.data().iter().map(|&value| if value.is_finite() { value } else { 0.0 }).collect();
    Volume::new(volume.shape(), data, *volume.world_from_voxel()).map_or(Cow::Borrowed(volume), Cow::Owned)
}
