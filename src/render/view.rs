//! What the page shows of a study, and its form in the URL fragment. Never data, never file names.

use super::{Colormap, LayerSettings, MAX_ZOOM, Orientation};

/// The magnitudes of a map that are hidden.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum Threshold {
    /// Magnitudes below this percentile are hidden.
    Percentile(f64),
    /// Magnitudes that do not exceed this one are hidden.
    Absolute(f32),
}

/// The state of the view.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// The point where the three planes meet, in world millimetres; `None` until something is shown.
    pub crosshair: Option<[f64; 3]>,
    /// The magnitudes that are hidden.
    pub threshold: Threshold,
    /// Voxels of the smallest cluster of the map that is drawn; 1 leaves none out.
    pub min_cluster: usize,
    /// Colours of the map.
    pub colormap: Colormap,
    /// End of the colours, as a share (0 to 1) of the map's largest magnitude.
    pub range: f32,
    /// Opacity of the map, 0 to 1.
    pub opacity: f32,
    /// The side of the head on the left.
    pub orientation: Orientation,
    /// Magnification: 1 shows the whole picture.
    pub zoom: f64,
    /// The middle of what is in sight, in world millimetres; `None` is the middle of the picture.
    pub center: Option<[f64; 3]>,
    /// Black and white of the image, as shares of its own window: 0 and 1 leave it as it is.
    pub window: [f32; 2],
    /// Settings of the layers below and above the map.
    pub layers: LayerSettings,
}

/// The largest number of voxels that can be asked of a cluster.
pub const MAX_MIN_CLUSTER: usize = 1_000_000;
/// Steps per unit of a threshold's percentile: among millions of voxels a tenth is thousands, and may be the upper half of the values.
const PERCENTILE_STEPS: f64 = 1e5;

/// The narrowest window, as a share of the image's own.
pub const MIN_WINDOW: f32 = 0.02;

/// The widest window, as a share of the image's own.
pub const MAX_WINDOW: f32 = 4.0;

/// The largest distance of a window's middle from the middle of the image's own.
pub const MAX_SHIFT: f32 = 1.5;

impl Default for View {
    fn default() -> Self {
        View {
            crosshair: None,
            // A fixed number suits no two methods: Grad-CAM's values are often a thousandth of a gradient's.
            threshold: Threshold::Percentile(95.0),
            min_cluster: 1,
            colormap: Colormap::ColdHot,
            range: 1.0,
            opacity: 0.8,
            orientation: Orientation::Neurological,
            zoom: 1.0,
            center: None,
            window: [0.0, 1.0],
            layers: LayerSettings::default(),
        }
    }
}

impl Threshold {
    /// A percentile, rounded as in the address.
    pub fn percentile(percent: f64) -> Self {
        Threshold::Percentile(rounded(percent.clamp(0.0, 100.0), PERCENTILE_STEPS))
    }
}

impl View {
    /// The fragment, without `#`: `at=-24,-12,18&pct=95&map=cold_hot&range=1&opacity=0.8&side=neurological`.
    pub fn to_fragment(&self) -> String {
        let mut parts = Vec::new();
        if let Some([x, y, z]) = self.crosshair {
            parts.push(format!("at={},{},{}", tenths(x), tenths(y), tenths(z)));
        }
        parts.push(match self.threshold {
            Threshold::Percentile(percent) => format!("pct={}", rounded(percent, PERCENTILE_STEPS)),
            Threshold::Absolute(value) => format!("abs={value:e}"),
        });
        if self.min_cluster > 1 {
            parts.push(format!("cluster={}", self.min_cluster));
        }
        parts.push(format!("map={}", self.colormap.name()));
        parts.push(format!("range={}", hundredths(self.range)));
        parts.push(format!("opacity={}", hundredths(self.opacity)));
        parts.push(format!("side={}", side_name(self.orientation)));
        if self.zoom > 1.0 {
            parts.push(format!("zoom={}", self.zoom));
            parts.extend(self.center.map(|[x, y, z]| format!("center={x},{y},{z}")));
        }
        if self.window != View::default().window {
            parts.push(format!("window={},{}", self.window[0], self.window[1]));
        }
        parts.extend(self.layers.to_parts());
        parts.join("&")
    }

    /// Reads a fragment; what is missing or makes no sense keeps its default.
    pub fn from_fragment(fragment: &str) -> Self {
        let mut view = View::default();
        for (key, value) in fragment.trim_start_matches('#').split('&').filter_map(|part| part.split_once('=')) {
            view.take(key, value);
        }
        view
    }

    /// Contrast and brightness of the image: how many times narrower its window is than its own, and how far, in shares of
    /// its own, the window's middle lies below the middle of that. 1 and 0 leave it as it is.
    pub fn contrast_and_brightness(&self) -> [f32; 2] {
        let [low, high] = self.window;
        [1.0 / (high - low), 0.5 - (low + high) / 2.0]
    }

    /// Sets contrast and brightness, as far as a window may be narrowed, widened and moved.
    pub fn set_contrast_and_brightness(&mut self, [contrast, brightness]: [f32; 2]) {
        let width = (1.0 / contrast).clamp(MIN_WINDOW, MAX_WINDOW);
        let middle = 0.5 - brightness.clamp(-MAX_SHIFT, MAX_SHIFT);
        self.window = [middle - width / 2.0, middle + width / 2.0];
    }

    fn take(&mut self, key: &str, value: &str) {
        match key {
            "at" => self.crosshair = parse_point(value).or(self.crosshair),
            "pct" => self.threshold = parse_within(value, 0.0, 100.0).map_or(self.threshold, Threshold::Percentile),
            "abs" => self.threshold = parse_within(value, 0.0, 1e30).map_or(self.threshold, |v| Threshold::Absolute(v as f32)),
            "cluster" => self.min_cluster = parse_within(value, 1.0, MAX_MIN_CLUSTER as f64).map_or(self.min_cluster, |v| v as usize),
            "map" => self.colormap = Colormap::from_name(value).unwrap_or(self.colormap),
            "range" => self.range = parse_within(value, 0.01, 1.0).map_or(self.range, |v| v as f32),
            "opacity" => self.opacity = parse_within(value, 0.0, 1.0).map_or(self.opacity, |v| v as f32),
            "side" if value == side_name(Orientation::Radiological) => self.orientation = Orientation::Radiological,
            "zoom" => self.zoom = parse_within(value, 1.0, MAX_ZOOM).unwrap_or(self.zoom),
            "center" => self.center = parse_point(value).or(self.center),
            "window" => self.window = parse_window(value).unwrap_or(self.window),
            other => self.layers.take(other, value),
        }
    }
}

fn tenths(value: f64) -> f64 {
    rounded(value, 10.0)
}

fn rounded(value: f64, per_unit: f64) -> f64 {
    // Adding zero turns −0 into 0.
    (value * per_unit).round() / per_unit + 0.0
}

fn hundredths(value: f32) -> f64 {
    f64::from((value * 100.0).round()) / 100.0
}

fn side_name(orientation: Orientation) -> &'static str {
    match orientation {
        Orientation::Neurological => "neurological",
        Orientation::Radiological => "radiological",
    }
}

fn parse_within(text: &str, low: f64, high: f64) -> Option<f64> {
    text.parse().ok().filter(|value| (low..=high).contains(value))
}

fn parse_point(text: &str) -> Option<[f64; 3]> {
    let mut coordinates = text.split(',').map(|part| parse_within(part, -1e4, 1e4));
    Some([coordinates.next()??, coordinates.next()??, coordinates.next()??])
}

fn parse_window(text: &str) -> Option<[f32; 2]> {
    let (low, high) = text.split_once(',')?;
    let window = [parse_within(low, -10.0, 10.0)? as f32, parse_within(high, -10.0, 10.0)? as f32];
    // The narrowest window may have been rounded.
    (window[1] - window[0] >= 0.99 * MIN_WINDOW).then_some(window)
}
