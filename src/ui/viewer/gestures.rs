//! What pointers do on a plane: one sets the crosshair, the right button windows, Shift or the middle button pans, two
//! fingers pinch.

use leptos::ev::{PointerEvent, WheelEvent};
use leptos::prelude::*;
use web_sys::HtmlCanvasElement;

use crate::render::Plane;
use crate::ui::state::view_state::ViewState;

/// Zoom factor of one notch of the wheel.
const WHEEL_ZOOM: f64 = 1.2;

/// A drag across the whole picture moves the grey window by so many times its width.
const WINDOW_PER_PICTURE: f64 = 1.5;

/// A pointer that is pressed.
#[derive(Clone, Copy)]
struct PressedPointer {
    id: i32,
    /// Client pixels.
    at: [f64; 2],
    drag: Drag,
}

/// What moving a pointer does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drag {
    Crosshair,
    Pan,
    Window,
}

/// The gestures on one plane, with the pointers that are pressed.
#[derive(Clone, Copy)]
pub struct Gestures {
    plane: Plane,
    view_state: ViewState,
    pressed: StoredValue<Vec<PressedPointer>>,
}

impl Gestures {
    /// No pointer is pressed.
    pub fn new(plane: Plane, view_state: ViewState) -> Self {
        Gestures { plane, view_state, pressed: StoredValue::new(Vec::new()) }
    }

    /// Handles `pointerdown`.
    pub fn begin(&self, event: &PointerEvent, canvas: &HtmlCanvasElement) {
        // Without the capture a drag ends at the canvas's edge, which is no harm.
        let _ = canvas.set_pointer_capture(event.pointer_id());
        let drag = match event.button() {
            1 => Drag::Pan,
            2 => Drag::Window,
            _ if event.shift_key() => Drag::Pan,
            _ => Drag::Crosshair,
        };
        self.pressed.update_value(|pressed| pressed.push(PressedPointer { id: event.pointer_id(), at: position(event), drag }));
        if drag == Drag::Crosshair && self.pressed.with_value(Vec::len) == 1 {
            self.point_at(position(event), canvas);
        }
    }

    /// Handles `pointermove`.
    pub fn go_on(&self, event: &PointerEvent, canvas: &HtmlCanvasElement) {
        let (id, to) = (event.pointer_id(), position(event));
        let before = self.pressed.get_value();
        let Some(own) = before.iter().find(|pressed| pressed.id == id) else { return };
        self.pressed.update_value(|pressed| pressed.iter_mut().filter(|pressed| pressed.id == id).for_each(|pressed| pressed.at = to));
        match (before.iter().find(|pressed| pressed.id != id), own.drag) {
            (Some(other), _) => self.pinch(own.at, to, other.at, canvas),
            (None, Drag::Crosshair) => self.point_at(to, canvas),
            (None, Drag::Pan) => self.pan(own.at, to, canvas),
            (None, Drag::Window) => {
                let frame = canvas.get_bounding_client_rect();
                let share = |axis: usize, size: f64| ((to[axis] - own.at[axis]) / size.max(1.0) * WINDOW_PER_PICTURE) as f32;
                self.view_state.shift_window(share(0, frame.width()), share(1, frame.height()));
            }
        }
    }

    /// Handles `pointerup` and `pointercancel`.
    pub fn end(&self, event: &PointerEvent) {
        self.pressed.update_value(|pressed| pressed.retain(|pressed| pressed.id != event.pointer_id()));
    }

    /// Handles `wheel`: steps through slices, or zooms with Ctrl or ⌘.
    pub fn wheel(&self, event: &WheelEvent, canvas: &HtmlCanvasElement) {
        if event.delta_y() == 0.0 {
            return;
        }
        event.prevent_default();
        if event.ctrl_key() || event.meta_key() {
            let at = [f64::from(event.client_x()), f64::from(event.client_y())];
            self.zoom_at(at, WHEEL_ZOOM.powf(-event.delta_y().signum()), canvas);
        } else {
            self.view_state.move_crosshair(self.plane.normal_axis(), -event.delta_y().signum());
        }
    }

    fn point_at(&self, client: [f64; 2], canvas: &HtmlCanvasElement) {
        let (Some(grid), Some(point)) = (untrack(|| self.view_state.grid(self.plane)), untrack(|| self.view_state.crosshair())) else {
            return;
        };
        self.view_state.look_at(grid.hit(self.pixel(client, canvas), point[self.plane.normal_axis()]));
    }

    /// Two fingers keep the points of the head that they are on, as far as one zoom for both axes allows.
    fn pinch(&self, from: [f64; 2], to: [f64; 2], other: [f64; 2], canvas: &HtmlCanvasElement) {
        let apart = |a: [f64; 2]| (a[0] - other[0]).hypot(a[1] - other[1]).max(1.0);
        let middle = |a: [f64; 2]| [(a[0] + other[0]) / 2.0, (a[1] + other[1]) / 2.0];
        self.zoom_at(middle(to), apart(to) / apart(from), canvas);
        self.pan(middle(from), middle(to), canvas);
    }

    fn zoom_at(&self, client: [f64; 2], factor: f64, canvas: &HtmlCanvasElement) {
        let Some(grid) = untrack(|| self.view_state.grid(self.plane)) else { return };
        self.view_state.zoom_by(factor, Some((grid.world_from_pixel(self.pixel(client, canvas), 0.0), self.plane)));
    }

    fn pan(&self, from: [f64; 2], to: [f64; 2], canvas: &HtmlCanvasElement) {
        let Some(grid) = untrack(|| self.view_state.grid(self.plane)) else { return };
        let [from, to] = [from, to].map(|client| grid.world_from_pixel(self.pixel(client, canvas), 0.0));
        self.view_state.move_frame(std::array::from_fn(|axis| from[axis] - to[axis]));
    }

    fn pixel(&self, client: [f64; 2], canvas: &HtmlCanvasElement) -> [f64; 2] {
        let Some(grid) = untrack(|| self.view_state.grid(self.plane)) else { return [0.0; 2] };
        let frame = canvas.get_bounding_client_rect();
        let across = (client[0] - frame.left()) / frame.width() * grid.width as f64;
        let down = (client[1] - frame.top()) / frame.height() * grid.height as f64;
        [across, down]
    }
}

fn position(event: &PointerEvent) -> [f64; 2] {
    [f64::from(event.client_x()), f64::from(event.client_y())]
}
