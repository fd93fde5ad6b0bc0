//! SVG → pixels, by the browser: on a canvas of the page, or as the bytes of a PNG.

use js_sys::{Array, Function, Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, Url};

use super::canvas::context;

/// Largest side of a canvas that all browsers grant.
const MAX_SIDE: f64 = 16_384.0;

/// Most device pixels per point of a figure on the page.
const MAX_SCALE: f64 = 4.0;

// Two types are declared here: web-sys has them behind a feature that would change its build for the engine, too.
#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Image)]
    type ImageElement;

    #[wasm_bindgen(constructor, js_class = "Image")]
    fn new() -> ImageElement;

    #[wasm_bindgen(method, setter, js_class = "Image")]
    fn set_src(this: &ImageElement, url: &str);

    #[wasm_bindgen(method, catch, js_class = "Image")]
    fn decode(this: &ImageElement) -> Result<Promise, JsValue>;

    #[wasm_bindgen(extends = CanvasRenderingContext2d)]
    type Ink;

    #[wasm_bindgen(method, catch, js_name = drawImage)]
    fn draw_image(this: &Ink, image: &ImageElement, x: f64, y: f64, width: f64, height: f64) -> Result<(), JsValue>;
}

/// Device pixels for each point of a picture `size` points large that fills the canvas's parent in width.
pub fn device_pixels_per_point(canvas: &HtmlCanvasElement, size: [f64; 2]) -> f64 {
    let ratio = web_sys::window().map_or(1.0, |window| window.device_pixel_ratio());
    let width = canvas.parent_element().map_or(0, |parent| parent.client_width());
    let width = if width > 0 { f64::from(width) } else { size[0] };
    (width / size[0] * ratio).clamp(0.1, MAX_SCALE).min(MAX_SIDE / size[0].max(size[1]))
}

/// Replaces the canvas's picture by an SVG, drawn in so many whole pixels, unless `is_wanted` is false when it has been read.
///
/// # Errors
/// The browser's exception if it cannot read the SVG or there is no memory for the picture.
pub async fn draw_svg(canvas: &HtmlCanvasElement, svg: &[u8], pixels: [f64; 2], is_wanted: impl Fn() -> bool) -> Result<(), JsValue> {
    let [width, height] = pixels.map(|pixels| pixels.max(1.0));
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(format!("a picture of {width}×{height} pixels is larger than browsers draw").into());
    }
    let image = decoded(svg).await?;
    if !is_wanted() {
        return Ok(());
    }
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let ink: Ink = context(canvas)?.unchecked_into();
    ink.draw_image(&image, 0.0, 0.0, width, height)
}

/// The bytes of a PNG of an SVG, drawn in so many whole pixels.
///
/// # Errors
/// As [`draw_svg`].
pub async fn svg_as_png(svg: &[u8], pixels: [f64; 2]) -> Result<Vec<u8>, JsValue> {
    let document = web_sys::window().and_then(|window| window.document()).ok_or("no document")?;
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.dyn_into()?;
    draw_svg(&canvas, svg, pixels, || true).await?;
    canvas_as_png(&canvas).await
}

/// The bytes of a PNG of a canvas.
///
/// # Errors
/// The browser's exception if there is no memory for the picture.
pub async fn canvas_as_png(canvas: &HtmlCanvasElement) -> Result<Vec<u8>, JsValue> {
    let promise = Promise::new(&mut |resolve: Function, reject: Function| {
        if let Err(error) = canvas.to_blob(&resolve) {
            // Rejecting cannot fail.
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    let blob: Blob = JsFuture::from(promise).await?.dyn_into().map_err(|_| "no memory for the picture")?;
    Ok(Uint8Array::new(&JsFuture::from(blob.array_buffer()).await?).to_vec())
}

async fn decoded(svg: &[u8]) -> Result<ImageElement, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type("image/svg+xml");
    let blob = Blob::new_with_u8_array_sequence_and_options(&Array::of1(&Uint8Array::from(svg)), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let image = ImageElement::new();
    image.set_src(&url);
    let outcome = JsFuture::from(image.decode()?).await;
    Url::revoke_object_url(&url)?;
    outcome.map(|_| image)
}
