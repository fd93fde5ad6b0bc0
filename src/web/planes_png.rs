//! The planes as one picture with letters, coordinates and a colour bar, for a paper or a lab book.

use wasm_bindgen::prelude::*;
use web_sys::{CanvasRenderingContext2d, Document, HtmlCanvasElement};

use super::canvas::{context, paint};
use super::download::save_bytes;
use super::picture::canvas_as_png;
use crate::export::png::with_texts;
use crate::render::figure::Caption;

/// One plane as pixels, with its letters and coordinate.
pub struct PlanePicture {
    /// RGBA8, sRGB, straight alpha.
    pub pixels: Vec<u8>,
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Letters at the left and right edges.
    pub letters: [&'static str; 2],
    /// Words at the bottom left, such as `y = −12`.
    pub caption: String,
}

/// The colour bar as pixels, with its ticks.
pub struct ColorBarPicture {
    /// RGBA8, from high to low, one pixel each.
    pub pixels: Vec<u8>,
    /// Ticks from high to low, equally spaced.
    pub ticks: Vec<String>,
}

/// Pixels of the picture per pixel of a plane.
const ZOOM: f64 = 3.0;
const MARGIN: f64 = 24.0;
const BAR_WIDTH: f64 = 24.0;
const TICK_WIDTH: f64 = 130.0;

/// Draws the planes side by side on black, under the caption's title, and saves them as a PNG with the caption's texts.
///
/// # Errors
/// The browser's exception if there is no memory for the picture.
pub async fn save_planes(planes: &[PlanePicture], bar: Option<&ColorBarPicture>, caption: &Caption, name: &str) -> Result<(), JsValue> {
    let png = canvas_as_png(&drawn(planes, bar, &caption.title)?).await?;
    let png = with_texts(&png, None, &caption.texts()).ok_or("the browser made no PNG")?;
    save_bytes(&png, name, "image/png")
}

fn drawn(planes: &[PlanePicture], bar: Option<&ColorBarPicture>, title: &str) -> Result<HtmlCanvasElement, JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or("no document")?;
    let canvas = new_canvas(&document)?;
    let height = planes.iter().map(|plane| plane.height).max().unwrap_or(0) as f64 * ZOOM;
    let width: f64 = planes.iter().map(|plane| plane.width as f64 * ZOOM + MARGIN).sum();
    let bar_width = if bar.is_some() { BAR_WIDTH + TICK_WIDTH } else { 0.0 };
    canvas.set_width((width + MARGIN + bar_width) as u32);
    canvas.set_height((height + 3.0 * MARGIN) as u32);
    let ink = context(&canvas)?;
    ink.set_fill_style_str("#000");
    ink.fill_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
    draw_text(&ink, title, MARGIN, 1.2 * MARGIN)?;
    let mut left = MARGIN;
    for plane in planes {
        draw_plane(&document, &ink, plane, left, 2.0 * MARGIN + (height - plane.height as f64 * ZOOM) / 2.0)?;
        left += plane.width as f64 * ZOOM + MARGIN;
    }
    if let Some(bar) = bar {
        draw_bar(&document, &ink, bar, left, 2.0 * MARGIN, height)?;
    }
    Ok(canvas)
}

fn draw_plane(document: &Document, ink: &CanvasRenderingContext2d, plane: &PlanePicture, left: f64, top: f64) -> Result<(), JsValue> {
    let (width, height) = (plane.width as f64 * ZOOM, plane.height as f64 * ZOOM);
    let own = new_canvas(document)?;
    paint(&own, plane.width, plane.height, &plane.pixels)?;
    ink.set_image_smoothing_enabled(false);
    ink.draw_image_with_html_canvas_element_and_dw_and_dh(&own, left, top, width, height)?;
    draw_text(ink, plane.letters[0], left + 6.0, top + 24.0)?;
    draw_text(ink, plane.letters[1], left + width - 22.0, top + 24.0)?;
    draw_text(ink, &plane.caption, left + 6.0, top + height - 10.0)
}

fn draw_bar(
    document: &Document,
    ink: &CanvasRenderingContext2d,
    bar: &ColorBarPicture,
    left: f64,
    top: f64,
    height: f64,
) -> Result<(), JsValue> {
    let own = new_canvas(document)?;
    paint(&own, 1, bar.pixels.len() / 4, &bar.pixels)?;
    ink.set_fill_style_str("#808080");
    ink.fill_rect(left, top, BAR_WIDTH, height);
    ink.draw_image_with_html_canvas_element_and_dw_and_dh(&own, left, top, BAR_WIDTH, height)?;
    let gap = height / bar.ticks.len().saturating_sub(1).max(1) as f64;
    for (index, tick) in bar.ticks.iter().enumerate() {
        draw_text(ink, tick, left + BAR_WIDTH + 8.0, top + gap * index as f64 + 7.0)?;
    }
    Ok(())
}

fn draw_text(ink: &CanvasRenderingContext2d, text: &str, left: f64, baseline: f64) -> Result<(), JsValue> {
    ink.set_font("20px system-ui, sans-serif");
    ink.set_fill_style_str("#fff");
    ink.fill_text(text, left, baseline)
}

fn new_canvas(document: &Document) -> Result<HtmlCanvasElement, JsValue> {
    Ok(document.create_element("canvas")?.dyn_into()?)
}
