//! Projections of a volume on the three planes, made once, a few milliseconds at a time.

use crate::render::{Plane, Projection};
use crate::volume::{Affine, Volume};
use crate::web::yield_now::macrotask;

/// One picture for each plane, in the order of [`Plane::ALL`].
pub struct Glass(Vec<Flat>);

/// A projection, to be drawn as any volume.
pub struct Flat {
    pub volume: Volume,
    pub voxel_from_world: Affine,
}

/// Voxels that are looked at before the event loop has a turn: about 3 ms.
const PIECE: usize = 1 << 18;

impl Glass {
    /// Projects a volume. With a limit, what exceeds it becomes 1 and all else 0: a silhouette.
    pub async fn of(volume: &Volume, limit: Option<f32>) -> Option<Self> {
        let mut flats = Vec::with_capacity(Plane::ALL.len());
        for plane in Plane::ALL {
            let mut projection = Projection::begin(volume, plane)?;
            while projection.goes_on(volume, PIECE) {
                macrotask().await;
            }
            flats.push(Flat::new(projection.finish()?, limit)?);
        }
        Some(Glass(flats))
    }

    /// The projection on a plane.
    pub fn flat(&self, plane: Plane) -> Option<&Flat> {
        let index = Plane::ALL.into_iter().position(|other| other == plane)?;
        self.0.get(index)
    }
}

impl Flat {
    fn new(projection: Volume, limit: Option<f32>) -> Option<Self> {
        let voxel_from_world = projection.world_from_voxel().inverse()?;
        let Some(limit) = limit else { return Some(Flat { volume: projection, voxel_from_world }) };
        let (shape, world_from_voxel) = (projection.shape(), *projection.world_from_voxel());
        let silhouette = projection.into_data().into_iter().map(|value| f32::from(value > limit)).collect();
        Some(Flat { volume: Volume::new(shape, silhouette, world_from_voxel).ok()?, voxel_from_world })
    }
}
