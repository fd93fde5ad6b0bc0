//! A figure's scene → one HTML file that needs nothing else: the figure as SVG, and its slices in numbers. It holds no script,
//! so that it shows the same from a mail, a folder or a server, now and in ten years.

use std::fmt::Write as _;

use super::markup::escaped;
use super::svg::svg;
use crate::render::figure::{Caption, Panel, Scene, SliceNumbers};
use crate::render::{Plane, format_general};

/// The content security policy of the file: nothing may be fetched, and no script runs.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

const STYLE: &str = "body{margin:24px auto;max-width:1100px;padding:0 16px;font:14px/1.5 system-ui,sans-serif;color:#1b2127;background:#fff}\
    svg{max-width:100%;height:auto}table{border-collapse:collapse}\
    th,td{padding:2px 12px 2px 0;border-bottom:1px solid #d5dade;text-align:right;font-variant-numeric:tabular-nums}\
    th:first-child,td:first-child{text-align:left}code{overflow-wrap:anywhere}";

/// The text of an HTML file that shows a figure. Values are written with four significant digits, positions to a tenth of a millimetre.
pub fn html(scene: &Scene, caption: &Caption) -> String {
    let title = if caption.title.is_empty() { "Saliency map" } else { &caption.title };
    let (title, description) = (escaped(title), escaped(&caption.description));
    let (software, sha256) = (escaped(&caption.software), escaped(&caption.map_sha256));
    let notes: String = scene.notes.iter().map(|note| format!("<li>{}</li>\n", escaped(note))).collect();
    let notes = if notes.is_empty() { notes } else { format!("<ul>\n{notes}</ul>\n") };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"generator\" content=\"{software}\">\n<meta name=\"description\" content=\"{description}\">\n\
         <meta name=\"map-sha256\" content=\"{sha256}\">\n<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>{title}</h1>\n<figure style=\"margin:0\">\n{}<figcaption>{description}.</figcaption>\n</figure>\n{notes}\
         <h2>Slices</h2>\n{}<p>{software} · SHA-256 of the map <code>{sha256}</code> · Not for clinical use</p>\n</body>\n</html>\n",
        svg(scene, caption),
        table(scene)
    )
}

fn table(scene: &Scene) -> String {
    let mut rows = String::new();
    for (panel, numbers) in scene.panels.iter().zip(&scene.numbers) {
        row(&mut rows, panel, numbers);
    }
    format!(
        "<table>\n<thead><tr><th scope=\"col\">Plane</th><th scope=\"col\">Position (mm)</th><th scope=\"col\">Voxels shown</th>\
         <th scope=\"col\">of</th><th scope=\"col\">Smallest shown</th><th scope=\"col\">Largest shown</th></tr></thead>\n\
         <tbody>\n{rows}</tbody>\n</table>\n"
    )
}

fn row(rows: &mut String, panel: &Panel, numbers: &SliceNumbers) {
    let direction = ["x", "y", "z"][panel.plane.normal_axis()];
    let plane = match panel.plane {
        Plane::Coronal => "coronal",
        Plane::Sagittal => "sagittal",
        Plane::Axial => "axial",
    };
    let value = |end: usize| numbers.range.map_or("–".to_owned(), |range| format_general(f64::from(range[end]), 4));
    // Writing to a string cannot fail.
    let _ = writeln!(
        rows,
        "<tr><td>{plane}</td><td>{direction} = {:.1}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
        panel.position_mm,
        numbers.n_shown,
        numbers.n_voxels,
        value(0),
        value(1)
    );
}
