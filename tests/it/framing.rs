//! Zoom, pan and undo: what is in sight, where a point stays, which states come back.

use maplens::render::{
    History, MAX_SHIFT, MAX_WINDOW, MIN_WINDOW, Orientation, Plane, PlaneGrid, View, WorldBounds, center_after_zoom, framed,
};

const HEAD: WorldBounds = WorldBounds { min: [-84.5, -119.5, -78.5], max: [84.5, 88.5, 100.5] };

fn frame(zoom: f64, center: [f64; 3], point: [f64; 3]) -> WorldBounds {
    framed(HEAD, zoom, center, point, 1.0)
}

#[test]
fn contrast_and_brightness_are_the_window() {
    let mut view = View::default();
    assert_eq!(view.contrast_and_brightness(), [1.0, 0.0]);
    view.set_contrast_and_brightness([2.0, 0.25]);
    assert_eq!((view.window, view.contrast_and_brightness()), ([0.0, 0.5], [2.0, 0.25]));
    assert_eq!(View::from_fragment(&view.to_fragment()), view);
    view.set_contrast_and_brightness([1e9, 7.0]);
    let [contrast, brightness] = view.contrast_and_brightness();
    assert!((contrast * MIN_WINDOW - 1.0).abs() < 1e-4 && (brightness - MAX_SHIFT).abs() < 1e-4, "{contrast} {brightness}");
    assert_eq!(View::from_fragment(&view.to_fragment()), view, "the narrowest window comes back");
    view.set_contrast_and_brightness([0.0, f32::NEG_INFINITY]);
    assert_eq!(view.window, [0.5 + MAX_SHIFT - MAX_WINDOW / 2.0, 0.5 + MAX_SHIFT + MAX_WINDOW / 2.0]);
}

#[test]
fn without_zoom_all_is_in_sight_wherever_the_centre() {
    assert_eq!(frame(1.0, [500.0; 3], [0.0; 3]), HEAD);
}

#[test]
fn a_zoomed_frame_is_smaller_lies_inside_and_keeps_voxels_whole() {
    for zoom in [1.1, 2.0, 3.7, 16.0] {
        for center in [[0.0, -12.0, 18.0], [-84.0, 88.0, -78.0], [1e4; 3]] {
            let frame = frame(zoom, center, [10.0, -20.0, 30.0]);
            for axis in 0..3 {
                let (size, whole) = (frame.max[axis] - frame.min[axis], HEAD.max[axis] - HEAD.min[axis]);
                assert!((size - whole / zoom).abs() <= 0.5, "zoom {zoom}, axis {axis}: {size} of {whole} mm");
                assert!(frame.min[axis] >= HEAD.min[axis] && frame.max[axis] <= HEAD.max[axis], "{frame:?} sticks out");
                assert_eq!((frame.min[axis] - HEAD.min[axis]).fract(), 0.0, "a voxel is cut: {frame:?}");
            }
        }
    }
}

#[test]
fn the_crosshair_never_leaves_the_frame() {
    for point in [[-84.0, -119.0, -78.0], [84.0, 88.0, 100.0], [0.0, 60.0, -70.0]] {
        let frame = frame(6.0, [0.0, -12.0, 18.0], point);
        for axis in 0..3 {
            assert!(frame.min[axis] <= point[axis] && point[axis] <= frame.max[axis], "{point:?} is not in {frame:?}");
        }
    }
}

#[test]
fn zooming_keeps_the_point_under_the_pointer() {
    let (fixed, before) = ([20.0, 0.0, 40.0], frame(2.0, [5.0, -10.0, 25.0], [5.0, -10.0, 25.0]));
    let center = center_after_zoom(before.center(), fixed, Plane::Coronal, 1.5);
    let after = frame(3.0, center, [5.0, -10.0, 25.0]);
    let place = |frame: WorldBounds| {
        let grid = PlaneGrid::covering(frame, Plane::Coronal, 1.0, Orientation::Neurological);
        let [x, y] = grid.pixel_from_world(fixed);
        [x / grid.width as f64, y / grid.height as f64]
    };
    // The frame snaps to whole voxels: half of one on either side, of about 56.
    let (old, new) = (place(before), place(after));
    assert!((old[0] - new[0]).abs() < 0.02 && (old[1] - new[1]).abs() < 0.02, "{old:?} → {new:?}");
}

#[test]
fn undo_and_redo_walk_through_the_states() {
    let mut history = History::default();
    for state in [1, 2, 2, 3] {
        history.note(state);
    }
    assert_eq!([history.undo(), history.undo(), history.undo()], [Some(2), Some(1), None]);
    assert_eq!(history.redo(), Some(2));
    history.note(2);
    assert_eq!(history.redo(), Some(3), "noting the present state again forgets nothing");
    assert_eq!(history.undo(), Some(2));
    history.note(7);
    assert_eq!([history.redo(), history.undo()], [None, Some(2)]);
}

#[test]
fn what_all_states_take_or_lose_is_no_step() {
    let mut history = History::default();
    for state in [[1, 0], [1, 5], [2, 5], [2, 6], [3, 6]] {
        history.note(state);
    }
    assert_eq!(history.undo(), Some([2, 6]));
    history.rewrite(|state| state[1] = 9);
    assert_eq!([history.undo(), history.undo()], [Some([1, 9]), None]);
    assert_eq!([history.redo(), history.redo(), history.redo()], [Some([2, 9]), Some([3, 9]), None]);
    history.rewrite(|state| *state = [0, 0]);
    assert_eq!([history.undo(), history.redo()], [None, None]);
}

#[test]
fn the_address_keeps_zoom_and_window() {
    let view = View { zoom: 2.5, center: Some([-3.0, 4.5, 6.0]), window: [0.1, 0.75], ..View::default() };
    assert_eq!(View::from_fragment(&view.to_fragment()), view);
    let nonsense = "zoom=900&center=1,2&window=0.9,0.1";
    assert_eq!(View::from_fragment(nonsense), View::default());
}

#[test]
fn a_point_beyond_the_head_is_clamped_before_it_is_framed() {
    let point = HEAD.clamp([1e6, -1e6, 0.0]);
    let frame = frame(4.0, HEAD.center(), point);
    assert!(frame.max[0] <= HEAD.max[0] && frame.min[1] >= HEAD.min[1], "{frame:?}");
}
