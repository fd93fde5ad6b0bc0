//! A figure's scene → SVG: text stays text, slices are embedded PNG images that viewers do not smooth.

use std::fmt::Write as _;

use base64::prelude::{BASE64_STANDARD, Engine as _};

use super::markup::escaped;
use super::png;
use crate::render::figure::{Caption, Color, Mark, Rect, Scene};

/// SVG 1.1 of a scene; lengths are points.
pub fn svg(scene: &Scene, caption: &Caption) -> String {
    let [width, height] = scene.size;
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" viewBox=\"0 0 {width} {height}\">\n\
         <title>{}</title>\n<desc>{}</desc>\n\
         <metadata><maplens xmlns=\"https://maplens.invalid/figure\"><software>{}</software><map-sha256>{}</map-sha256></maplens></metadata>\n",
        escaped(&caption.title),
        escaped(&caption.description),
        escaped(&caption.software),
        escaped(&caption.map_sha256),
    );
    for (number, mark) in scene.marks.iter().enumerate() {
        push_mark(&mut text, mark, number);
    }
    text.push_str("</svg>\n");
    text
}

fn push_mark(text: &mut String, mark: &Mark, number: usize) {
    let _ = match mark {
        Mark::Rect { rect, fill } => writeln!(text, "<rect {} fill=\"{}\"/>", place(rect), hex(*fill)),
        Mark::Image { rect, clip, pixels } => {
            push_clip(text, clip, number);
            let data = BASE64_STANDARD.encode(png::png(pixels, None, &[]));
            writeln!(
                text,
                "<g clip-path=\"url(#c{number})\"><image {} preserveAspectRatio=\"none\" image-rendering=\"pixelated\" \
                 style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{data}\"/></g>",
                place(rect)
            )
        }
        Mark::Line { points, width, color, clip } => {
            push_clip(text, clip, number);
            let points: Vec<String> = points.iter().map(|[x, y]| format!("{},{}", short(*x), short(*y))).collect();
            writeln!(
                text,
                "<g clip-path=\"url(#c{number})\"><polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"/></g>",
                points.join(" "),
                hex(*color)
            )
        }
        Mark::Text { text: words, at: [x, y], ends_there, size, color } => writeln!(
            text,
            "<text x=\"{}\" y=\"{}\" font-family=\"DejaVu Sans, Verdana, sans-serif\" font-size=\"{size}\" text-anchor=\"{}\" fill=\"{}\" \
             xml:space=\"preserve\">{}</text>",
            short(*x),
            short(*y),
            if *ends_there { "end" } else { "start" },
            hex(*color),
            escaped(words)
        ),
    };
}

fn push_clip(text: &mut String, clip: &Rect, number: usize) {
    let _ = writeln!(text, "<clipPath id=\"c{number}\"><rect {}/></clipPath>", place(clip));
}

fn place(rect: &Rect) -> String {
    format!("x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"", short(rect.x), short(rect.y), short(rect.width), short(rect.height))
}

/// A length rounded to ten-thousandths of a point, which is finer than any printer.
fn short(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn hex([red, green, blue]: Color) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}
