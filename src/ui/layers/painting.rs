//! All layers of one plane as pixels.

use leptos::prelude::*;

use crate::protocol::OverlayKind;
use crate::render::{Extent, Layer, LayerSettings, Paint, Paper, PlaneGrid, Regions, Window, render_on_paper};
use crate::ui::state::extra_volumes::{OverlayLayer, OverlayLook, Style, VolumeList};
use crate::ui::state::shown::PlacedVolume;
use crate::ui::state::study::Study;
use crate::ui::state::underlay::Underlay;
use crate::ui::state::view_state::{ViewState, Visibility};

/// Colours of regions, which colour-blind people can tell apart (Okabe and Ito 2008); without black, and without yellow, a colour
/// of the map.
const COLORS: [[u8; 3]; 6] = [[0, 158, 115], [230, 159, 0], [86, 180, 233], [204, 121, 167], [213, 94, 0], [0, 114, 178]];

/// The head's silhouette around a glass brain: visible on black and on white.
const SILHOUETTE: [[u8; 3]; 1] = [[128, 136, 144]];

const NO_PAPER: [u8; 4] = [0; 4];
const WHITE: [u8; 4] = [255; 4];

/// Fills `pixels` with one plane through the crosshair, or with the projections on it.
pub fn render_plane(study: Study, view_state: ViewState, grid: &PlaneGrid, pixels: &mut Vec<u8>) {
    let position_mm = view_state.crosshair().map_or(0.0, |point| point[grid.plane.normal_axis()]);
    let settings = view_state.layers.get();
    let underlay = Underlay::chosen(study, settings.ground);
    let map = study.map.get().map(|map| study.clusters.drawn(&map));
    let (scale, contents) = (view_state.scale.read(), study.extra_volumes.0.read());
    let in_plane = |placed, paint| layer(placed, settings, grid, paint);
    let mut layers: Vec<Layer> = Vec::with_capacity(2 + contents.overlays.len());
    if let Some(underlay) = &underlay {
        let window = underlay.window().part(view_state.view.read().window);
        layers.extend(in_plane(underlay.placed(), ground_paint(settings, window)));
    }
    let seen_map = map.as_ref().filter(|_| view_state.overlay.get() == Visibility::Visible);
    if let (Some(map), Some(scale)) = (seen_map, scale.as_ref()) {
        layers.extend(in_plane(map, Paint::Color { scale, opacity: view_state.view.read().opacity }));
    }
    layers.extend(overlay_layers(&contents, settings, grid));
    let paper = if settings.paper == Paper::White { WHITE } else { NO_PAPER };
    render_on_paper(grid, position_mm, paper, &layers, pixels);
}

/// The shown overlays, in the order of painting.
pub fn overlay_layers<'a>(contents: &'a VolumeList, settings: LayerSettings, grid: &PlaneGrid) -> Vec<Layer<'a>> {
    let shown = contents.overlays.iter().filter(|overlay| overlay.look.is_shown);
    shown.filter_map(|overlay| layer(&overlay.volume.placed, settings, grid, overlay_paint(overlay, settings))).collect()
}

/// The layer that draws a volume's slice, or its projection on a glass brain; `None` while the projection is being computed.
fn layer<'a>(placed: &'a PlacedVolume, settings: LayerSettings, grid: &PlaneGrid, paint: Paint<'a>) -> Option<Layer<'a>> {
    if !settings.glass {
        return Some(Layer { volume: &placed.volume, voxel_from_world: placed.voxel_from_world, paint });
    }
    let projection = placed.projections.get()?.as_ref()?.on(grid.plane)?;
    Some(Layer { volume: &projection.volume, voxel_from_world: projection.voxel_from_world, paint })
}

fn ground_paint(settings: LayerSettings, window: Window) -> Paint<'static> {
    let window = if settings.dim { window.dimmed(settings.paper) } else { window };
    match settings.paper {
        _ if settings.glass => Paint::Regions { regions: Regions::Mask, colors: &SILHOUETTE, extent: Extent::Outline, opacity: 1.0 },
        Paper::Black => Paint::Grey(window),
        Paper::White => Paint::GreyOnPaper(window),
    }
}

fn overlay_paint(overlay: &OverlayLayer, settings: LayerSettings) -> Paint<'_> {
    let OverlayLook { style, opacity, .. } = overlay.look;
    let extent = match style {
        Style::Colors => return Paint::Color { scale: &overlay.scale, opacity },
        Style::Outline => Extent::Outline,
        Style::Filled => Extent::Filled,
    };
    // Projected on one another, the regions of an atlas hide each other: all of them together have an outline.
    if overlay.volume.ready.kind == OverlayKind::Labels && !settings.glass {
        return Paint::Regions { regions: Regions::Labels, colors: &COLORS, extent, opacity };
    }
    let own = overlay.id % COLORS.len();
    Paint::Regions { regions: Regions::Mask, colors: &COLORS[own..=own], extent, opacity }
}
