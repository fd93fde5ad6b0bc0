//! Values → colours: lookup tables (data files of sRGB bytes) and the scale that says which value takes which entry.

/// A colormap of this program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Colormap {
    /// nilearn's default up to 0.11: blue–black–red, so that zero vanishes on a dark background.
    #[default]
    ColdHot,
    /// nilearn's default since 0.12: ColorBrewer's blue–white–red, colour-blind-safe.
    RdBuR,
    /// matplotlib's inferno: perceptually uniform, colour-blind-safe.
    Inferno,
    /// matplotlib's hot: black, red, yellow, white.
    Hot,
    /// matplotlib's viridis: perceptually uniform, colour-blind-safe.
    Viridis,
    /// matplotlib's magma: perceptually uniform, colour-blind-safe.
    Magma,
    /// Black to white.
    Gray,
    /// Blue, white, red.
    Bwr,
    /// matplotlib's seismic: as bwr, with dark ends.
    Seismic,
    /// Moreland's smooth cool and warm.
    Coolwarm,
    /// nilearn's, of its glass brains on white paper: as cold_hot, with white at zero.
    ColdWhiteHot,
}

/// The values that a colormap spreads over on the page's three planes. Figures spread every one from −vmax to vmax, as nilearn does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    /// −range to +range.
    Signed,
    /// The magnitude, 0 to range.
    Magnitude,
}

impl Colormap {
    /// All colormaps, in menu order.
    pub const ALL: [Colormap; 11] = [
        Colormap::ColdHot,
        Colormap::RdBuR,
        Colormap::Inferno,
        Colormap::Hot,
        Colormap::Viridis,
        Colormap::Magma,
        Colormap::Gray,
        Colormap::Bwr,
        Colormap::Seismic,
        Colormap::Coolwarm,
        Colormap::ColdWhiteHot,
    ];

    /// The name in matplotlib or nilearn.
    pub fn name(self) -> &'static str {
        match self {
            Colormap::ColdHot => "cold_hot",
            Colormap::RdBuR => "RdBu_r",
            Colormap::Inferno => "inferno",
            Colormap::Hot => "hot",
            Colormap::Viridis => "viridis",
            Colormap::Magma => "magma",
            Colormap::Gray => "gray",
            Colormap::Bwr => "bwr",
            Colormap::Seismic => "seismic",
            Colormap::Coolwarm => "coolwarm",
            Colormap::ColdWhiteHot => "cold_white_hot",
        }
    }

    /// The colormap of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|colormap| colormap.name() == name)
    }

    /// The values that the colormap spreads over.
    pub fn domain(self) -> Domain {
        match self {
            Colormap::ColdHot | Colormap::RdBuR | Colormap::Bwr | Colormap::Seismic | Colormap::Coolwarm | Colormap::ColdWhiteHot => {
                Domain::Signed
            }
            Colormap::Inferno | Colormap::Hot | Colormap::Viridis | Colormap::Magma | Colormap::Gray => Domain::Magnitude,
        }
    }

    fn table(self) -> &'static str {
        match self {
            Colormap::ColdHot => include_str!("colormaps/cold_hot.txt"),
            Colormap::RdBuR => include_str!("colormaps/rdbu_r.txt"),
            Colormap::Inferno => include_str!("colormaps/inferno.txt"),
            Colormap::Hot => include_str!("colormaps/hot.txt"),
            Colormap::Viridis => include_str!("colormaps/viridis.txt"),
            Colormap::Magma => include_str!("colormaps/magma.txt"),
            Colormap::Gray => include_str!("colormaps/gray.txt"),
            Colormap::Bwr => include_str!("colormaps/bwr.txt"),
            Colormap::Seismic => include_str!("colormaps/seismic.txt"),
            Colormap::Coolwarm => include_str!("colormaps/coolwarm.txt"),
            Colormap::ColdWhiteHot => include_str!("colormaps/cold_white_hot.txt"),
        }
    }
}

/// 256 sRGB colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lut([[u8; 3]; 256]);

impl Lut {
    /// The table of a colormap: its data file's colours, equally spaced, with linear interpolation (in sRGB) between them.
    pub fn new(colormap: Colormap) -> Self {
        let anchors: Vec<[u8; 3]> = colormap.table().lines().filter_map(parse_color).collect();
        Lut(std::array::from_fn(|entry| interpolate(&anchors, entry as f32 / 255.0)))
    }

    /// The colour at `t` in 0..=1: entry `min(255, floor(256 t))`, as matplotlib picks it.
    #[inline(always)]
    pub fn at(&self, t: f32) -> [u8; 3] {
        // `as` saturates: below 0 and NaN give entry 0.
        let entry = (t * 256.0) as usize;
        self.0[entry.min(255)]
    }
}

/// The colours of a map's values: a colormap spread over a range, with a threshold.
#[derive(Debug, Clone, PartialEq)]
pub struct ColorScale {
    lut: Lut,
    domain: Domain,
    range: f32,
    threshold: f32,
    fades: bool,
}

impl ColorScale {
    /// Spreads `colormap` over `range` (the largest magnitude) and hides what does not exceed `threshold` in magnitude.
    pub fn new(colormap: Colormap, range: f32, threshold: f32) -> Self {
        let range = if range.is_finite() && range > 0.0 { range } else { 1.0 };
        ColorScale { lut: Lut::new(colormap), domain: colormap.domain(), range, threshold, fades: false }
    }

    /// The scale with transparent thresholding: a value that does not exceed the threshold is not hidden but fades, its
    /// opacity the share of the threshold that its magnitude reaches.
    ///
    /// Taylor et al. 2023, "Highlight results, don't hide them" (NeuroImage 274:120138), as AFNI's linear alpha; nilearn's
    /// `transparency=map, transparency_range=(0, threshold)`.
    pub fn fading(self) -> Self {
        ColorScale { fades: true, ..self }
    }

    /// The colour of a value and its opacity from 0 to 1; `None` where it is masked, or for 0 and what is not a number.
    #[inline(always)]
    pub fn fading_color(&self, value: f32) -> Option<([u8; 3], f32)> {
        if let Some(color) = self.color(value) {
            return Some((color, 1.0));
        }
        let magnitude = value.abs();
        (self.fades && magnitude > 0.0).then(|| (self.unmasked_color(value), magnitude / self.threshold))
    }

    /// The colour of a value, or `None` where it is masked: −threshold ≤ value ≤ threshold, or not a number.
    #[inline(always)]
    pub fn color(&self, value: f32) -> Option<[u8; 3]> {
        if !(value < -self.threshold || value > self.threshold) {
            return None;
        }
        Some(self.unmasked_color(value))
    }

    #[inline(always)]
    fn unmasked_color(&self, value: f32) -> [u8; 3] {
        let t = match self.domain {
            Domain::Signed => (value + self.range) / (2.0 * self.range),
            Domain::Magnitude => value.abs() / self.range,
        };
        self.lut.at(t)
    }

    /// The largest magnitude of the scale.
    pub fn range(&self) -> f32 {
        self.range
    }

    /// The smallest value of the scale: −range or 0.
    pub fn low(&self) -> f32 {
        match self.domain {
            Domain::Signed => -self.range,
            Domain::Magnitude => 0.0,
        }
    }
}

fn parse_color(line: &str) -> Option<[u8; 3]> {
    let mut channels = line.split_whitespace().map(|text| text.parse().ok());
    Some([channels.next()??, channels.next()??, channels.next()??])
}

fn interpolate(anchors: &[[u8; 3]], u: f32) -> [u8; 3] {
    let position = u * anchors.len().saturating_sub(1) as f32;
    let below = anchors.get(position as usize).copied().unwrap_or_default();
    let above = anchors.get(position as usize + 1).copied().unwrap_or(below);
    let part = position.fract();
    std::array::from_fn(|channel| {
        let (low, high) = (f32::from(below[channel]), f32::from(above[channel]));
        (low + (high - low) * part).round() as u8
    })
}
