//! The difference of the first two maps, first − second, as a volume; computed while it is shown.

use std::sync::{Arc, OnceLock};

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::analysis::comparison::difference;
use crate::render::MagnitudeSample;
use crate::ui::state::comparison::ComparedMap;
use crate::ui::state::shown::PlacedVolume;
use crate::ui::state::study::Study;
use crate::volume::Volume;
use crate::web::yield_now::macrotask;

/// Values that are subtracted at once: about a millisecond.
const PIECE: usize = 1 << 19;

/// The difference of two kept maps.
pub struct Difference {
    /// The numbers of the two maps, in the order of subtraction.
    pub maps: [u32; 2],
    pub placed: Arc<PlacedVolume>,
    pub magnitudes: MagnitudeSample,
    /// The largest magnitude of the difference.
    pub range: f32,
}

/// Whether two maps have the same grid, so that they can be subtracted voxel by voxel.
pub fn have_one_grid([first, second]: &[Arc<ComparedMap>; 2]) -> bool {
    let [first, second] = [first, second].map(|kept| kept.map.placed.volume.grid());
    first.shape == second.shape && first.lies_as(&second.world_from_voxel)
}

/// The difference of the first two maps while the user wants to see it and their grids agree.
pub fn difference_signal(study: Study) -> RwSignal<Option<Arc<Difference>>> {
    let compare = study.compare;
    let shown = RwSignal::new(None::<Arc<Difference>>);
    let wanted = move || compare.shows_difference.get().then(|| compare.first_two()).flatten().filter(have_one_grid);
    Effect::new(move |_| {
        let pair = wanted();
        let numbers = pair.as_ref().map(numbers_of);
        if shown.read_untracked().as_ref().map(|shown| shown.maps) == numbers {
            return;
        }
        shown.set(None);
        let Some(pair) = pair else { return };
        spawn_local(async move {
            let made = subtract(&pair).await;
            // Another pair may be wanted by now.
            if untrack(wanted).as_ref().map(numbers_of) == numbers {
                // The panel may have been laid out anew.
                let _ = shown.try_set(made.map(Arc::new));
            }
        });
    });
    shown
}

fn numbers_of(pair: &[Arc<ComparedMap>; 2]) -> [u32; 2] {
    pair.each_ref().map(|kept| kept.number)
}

async fn subtract(pair: &[Arc<ComparedMap>; 2]) -> Option<Difference> {
    let [first, second] = pair.each_ref().map(|kept| &kept.map.placed);
    let (mut values, mut range) = (Vec::with_capacity(first.volume.data().len()), 0.0_f32);
    for (first, second) in first.volume.data().chunks(PIECE).zip(second.volume.data().chunks(PIECE)) {
        let piece = difference(first, second);
        range = piece.iter().fold(range, |range, value| range.max(value.abs()));
        values.extend(piece);
        macrotask().await;
    }
    let magnitudes = MagnitudeSample::new(&values);
    let volume = Volume::new(first.volume.shape(), values, *first.volume.world_from_voxel()).ok()?;
    let (bounds, pixel_mm) = (first.bounds, first.pixel_mm);
    let placed = PlacedVolume { volume, voxel_from_world: first.voxel_from_world, bounds, pixel_mm, projections: OnceLock::new() };
    Some(Difference { maps: numbers_of(pair), placed: Arc::new(placed), magnitudes, range })
}
