//! Painting pixels on a canvas.

use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// Replaces the canvas's picture by `pixels` (RGBA8, sRGB, straight alpha, rows from the top, `width` a row).
///
/// # Errors
/// The browser's exception if there is no memory for the picture.
pub fn paint(canvas: &HtmlCanvasElement, width: usize, height: usize, pixels: &[u8]) -> Result<(), JsValue> {
    let (width, height) = (width as u32, height as u32);
    // Setting a size clears the canvas and costs a reallocation even if the size is the same.
    if canvas.width() != width || canvas.height() != height {
        canvas.set_width(width);
        canvas.set_height(height);
    }
    let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(pixels), width, height)?;
    context(canvas)?.put_image_data(&image, 0.0, 0.0)
}

/// Removes the canvas's picture.
pub fn clear(canvas: &HtmlCanvasElement) {
    // Setting a size clears it; a canvas without pixels has no picture.
    canvas.set_width(0);
    canvas.set_height(0);
}

/// The canvas's 2D context.
///
/// # Errors
/// If the browser refuses one.
pub fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, JsValue> {
    let context = canvas.get_context("2d")?.ok_or("no 2D context")?;
    context.dyn_into().map_err(Into::into)
}
