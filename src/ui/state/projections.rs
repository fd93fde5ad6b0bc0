//! Projections of a volume on the three planes, as a glass brain shows them: made once, a few milliseconds at a time.

use crate::render::{Plane, Projection};
use crate::volume::{Affine, Volume};
use crate::web::yield_now::macrotask;

/// One projection for each plane, in the order of [`Plane::ALL`].
pub struct PlaneProjections(Vec<PlaneProjection>);

/// A projection on one plane, drawn as any other volume.
pub struct PlaneProjection {
    pub volume: Volume,
    pub voxel_from_world: Affine,
}

/// Voxels that are projected before the event loop has a turn: about 3 ms.
const PIECE: usize = 1 << 18;

impl PlaneProjections {
    /// Projects a volume. With a limit, what exceeds it becomes 1 and all else 0: a silhouette.
    pub async fn of(volume: &Volume, limit: Option<f32>) -> Option<Self> {
        let mut projections = Vec::with_capacity(Plane::ALL.len());
        for plane in Plane::ALL {
            let mut projection = Projection::begin(volume, plane)?;
            while projection.goes_on(volume, PIECE) {
                macrotask().await;
            }
            projections.push(PlaneProjection::new(projection.finish()?, limit)?);
        }
        Some(PlaneProjections(projections))
    }

    /// The projection on a plane.
    pub fn on(&self, plane: Plane) -> Option<&PlaneProjection> {
        let index = Plane::ALL.into_iter().position(|other| other == plane)?;
        self.0.get(index)
    }
}

impl PlaneProjection {
    fn new(projection: Volume, limit: Option<f32>) -> Option<Self> {
        let voxel_from_world = projection.world_from_voxel().inverse()?;
        let Some(limit) = limit else { return Some(PlaneProjection { volume: projection, voxel_from_world }) };
        let (shape, world_from_voxel) = (projection.shape(), *projection.world_from_voxel());
        let silhouette = projection.into_data().into_iter().map(|value| f32::from(value > limit)).collect();
        Some(PlaneProjection { volume: Volume::new(shape, silhouette, world_from_voxel).ok()?, voxel_from_world })
    }
}
