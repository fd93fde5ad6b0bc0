//! The fixtures in tests/data/figures, and the figures of ours that belong to them.

use std::collections::BTreeMap;
use std::io::Read;

use maplens::render::figure::{Background, Dim, Figure, FigureScale, Scene, border_median, template_background};
use maplens::render::{Colormap, CutCoords, DisplayMode, Threshold};
use maplens::volume::{Statistics, Volume, nifti};
use serde::Deserialize;

use crate::fixtures;

const FOLDER: &str = "tests/data/figures";
const TEMPLATE: &str = "www/demo/template/mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz";

/// All fixtures.
#[derive(Deserialize)]
pub struct Cases {
    #[serde(rename = "cases")]
    pub list: Vec<Case>,
    pub cuts: Vec<CutsCase>,
    pub colormaps: BTreeMap<String, Array>,
    #[serde(skip)]
    arrays: Vec<u8>,
    #[serde(skip)]
    volumes: BTreeMap<String, Volume>,
}

/// One figure.
#[derive(Deserialize)]
pub struct Case {
    pub name: String,
    pub map: String,
    bg: String,
    mode: String,
    cuts: Option<Cuts>,
    #[serde(default, deserialize_with = "given")]
    threshold: Option<Option<f32>>,
    title: Option<String>,
    colormap: Option<String>,
    vmax: Option<f32>,
    dim: Option<bool>,
    black: Option<bool>,
    pub inches: [f64; 2],
    pub is_black: bool,
    pub panels: Vec<PanelCase>,
    pub bar: Option<BarCase>,
}

#[derive(Deserialize, Clone)]
#[serde(untagged)]
enum Cuts {
    Count(usize),
    Positions(Vec<f64>),
}

#[derive(Deserialize)]
pub struct PanelCase {
    pub plane: String,
    pub position: f64,
    pub rect: [f64; 4],
    pub limits: [f64; 4],
    pub background: Option<ImageCase>,
    pub map: Option<ImageCase>,
}

#[derive(Deserialize)]
pub struct ImageCase {
    pub values: Array,
    pub rgba: Array,
}

#[derive(Deserialize)]
pub struct BarCase {
    pub rect: [f64; 4],
    pub ticks: Vec<String>,
}

/// Automatic cuts: a point, or those of one direction.
#[derive(Deserialize)]
pub struct CutsCase {
    pub map: String,
    pub threshold: Option<f32>,
    pub point: Option<[f64; 3]>,
    pub direction: Option<String>,
    pub n_cuts: Option<usize>,
    pub cuts: Option<Vec<f64>>,
}

/// Where an array lies.
#[derive(Deserialize)]
pub struct Array {
    start: usize,
    pub shape: Vec<usize>,
}

impl Cases {
    pub fn read() -> Self {
        let mut cases: Cases = fixtures::json(&format!("{FOLDER}/cases.json"));
        let packed = fixtures::bytes(&format!("{FOLDER}/cases.bin.gz"));
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_end(&mut cases.arrays).unwrap();
        let names = cases.list.iter().flat_map(|case| [case.map.clone(), case.bg.clone()]).collect::<Vec<_>>();
        for name in names.into_iter().filter(|name| name != "none") {
            let path = if name == "template" { TEMPLATE.to_owned() } else { format!("{FOLDER}/{name}.nii.gz") };
            let volume = nifti::read(&name, &fixtures::bytes(&path)).unwrap();
            let volume = if name == "template" { template_background(&volume) } else { volume };
            cases.volumes.insert(name, volume);
        }
        cases
    }

    pub fn bytes(&self, array: &Array) -> &[u8] {
        &self.arrays[array.start..array.start + array.shape.iter().product::<usize>()]
    }

    pub fn floats(&self, array: &Array) -> Vec<f32> {
        let raw = &self.arrays[array.start..array.start + 4 * array.shape.iter().product::<usize>()];
        raw.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }

    pub fn volume(&self, name: &str) -> &Volume {
        &self.volumes[name]
    }

    pub fn background(&self, case: &Case) -> Option<&Volume> {
        self.volumes.get(&case.bg)
    }

    /// The colours of background and map, from nilearn's formulas written out once more.
    pub fn scales(&self, case: &Case) -> [FigureScale; 2] {
        let map = Statistics::of(self.volume(&case.map).data());
        let vmax = case.vmax.unwrap_or(map.max_abs);
        let over = FigureScale::symmetric(case.colormap(), vmax, case.threshold.unwrap_or(Some(1e-6)));
        let Some(volume) = self.background(case) else { return [over.clone(), over] };
        let statistics = Statistics::of(volume.data());
        let template = case.bg == "template";
        let (mut low, mut high) = (if template { 0.0 } else { f64::from(statistics.min) }, f64::from(statistics.max));
        let (mean, half) = ((low + high) / 2.0, (high - low) / 2.0);
        if !template && case.black.is_none() {
            assert_eq!(f64::from(border_median(volume)) <= mean, case.is_black, "{}", case.name);
        }
        match (case.dim, case.is_black) {
            (Some(false), _) => {}
            (_, true) => high = mean + 1.8 * half,
            (_, false) => low = 0.7 * mean - 1.6 * half,
        }
        [FigureScale::between(Colormap::Gray, [low, high], if template { None } else { Some(1e-6) }), over]
    }

    pub fn scene(&self, case: &Case) -> Scene {
        self.figure(case).scene().unwrap()
    }

    pub fn figure<'a>(&'a self, case: &Case) -> Figure<'a> {
        let background = match (case.bg.as_str(), self.background(case)) {
            ("template", Some(volume)) => Background::Template(volume),
            (_, Some(volume)) => Background::Image(volume),
            _ => Background::None,
        };
        Figure {
            background,
            dim: if case.dim == Some(false) { Dim::Off } else { Dim::Automatic },
            black: case.black,
            mode: DisplayMode::from_name(&case.mode).unwrap(),
            cuts: match case.cuts.clone() {
                None => CutCoords::Automatic,
                Some(Cuts::Count(n_cuts)) => CutCoords::Count(n_cuts),
                Some(Cuts::Positions(positions)) => CutCoords::Positions(positions),
            },
            threshold: case.threshold.unwrap_or(Some(1e-6)).map(Threshold::Absolute),
            vmax: case.vmax,
            colormap: case.colormap(),
            title: case.title.clone().unwrap_or_default(),
            ..Figure::new(self.volume(&case.map))
        }
    }
}

impl Case {
    fn colormap(&self) -> Colormap {
        self.colormap.as_deref().map_or(Colormap::ColdHot, |name| Colormap::from_name(name).unwrap())
    }
}

/// Tells null, no threshold, from a threshold that is not mentioned.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<f32>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
