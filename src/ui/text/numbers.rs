//! Strings of the numbers that are computed from a map.

use super::format;
use super::language::{Language, Text, current_language};
use crate::analysis::profile::Profile;
use crate::render::Plane;

pub const PROFILE: Text = Text::new("mean magnitude", "magnitude moyenne");
pub const PROFILE_TITLE: Text = Text::new(
    "Mean magnitude of each slice of the map, from 0 up; click to go to a slice",
    "Magnitude moyenne de chaque coupe de la carte, à partir de 0 ; cliquez pour aller à une coupe",
);
pub const HISTOGRAM: Text = Text::new("Values of the map", "Valeurs de la carte");
pub const HISTOGRAM_TITLE: Text = Text::new(
    "How many voxels have which value, on a logarithmic scale; drag to set the threshold",
    "Combien de voxels ont quelle valeur, en échelle logarithmique ; glissez pour placer le seuil",
);
pub const HISTOGRAM_LABEL: Text = Text::new("Threshold on the values of the map", "Seuil sur les valeurs de la carte");
pub const TABLES: Text = Text::new("Numbers of the map", "Chiffres de la carte");
pub const PROFILES_FILE: Text = Text::new("Slices .tsv", "Coupes .tsv");
pub const HISTOGRAM_FILE: Text = Text::new("Values .tsv", "Valeurs .tsv");
pub const SUM: Text = Text::new("sum", "somme");
pub const FROM: Text = Text::new("from", "de");
pub const TO: Text = Text::new("to", "à");
pub const VOXELS: Text = Text::new("voxels", "voxels");
pub const PERCENTILE_TITLE: Text = Text::new(
    "Percent of the map’s voxels whose magnitude is smaller, to within 0.1",
    "Pour cent des voxels de la carte dont la magnitude est plus petite, à 0,1 près",
);

/// The percentile of the value under the crosshair.
pub fn percentile(percent: f64) -> String {
    format!("{} {}", super::PERCENTILE.get(), format::decimals(percent, 1))
}

/// What is shown for a map with one value everywhere, which has no curve.
pub fn constant(value: f32) -> String {
    let value = format::significant(f64::from(value));
    match current_language() {
        Language::English => format!("{value} everywhere"),
        Language::French => format!("{value} partout"),
    }
}

/// Label of the slider below a plane.
pub fn profile_label(plane: Plane) -> String {
    let plane = super::plane(plane);
    match current_language() {
        Language::English => format!("{plane} slice of the map, by mean magnitude"),
        Language::French => format!("Coupe de la carte, plan {}, par magnitude moyenne", plane.to_lowercase()),
    }
}

/// The slider's value for a slice, in words.
pub fn slice(plane: Plane, profile: &Profile, place: usize) -> String {
    let axis = super::axis(plane.normal_axis());
    let (position, mean) = (format::millimetres(profile.position_mm(place)), format::significant(profile.mean(place)));
    format!("{axis} {position} mm, {} {mean}", PROFILE.get())
}

pub fn profile_caption(plane: Plane) -> String {
    let plane = super::plane(plane);
    match current_language() {
        Language::English => format!("Magnitudes by {} slice", plane.to_lowercase()),
        Language::French => format!("Magnitudes par coupe, plan {}", plane.to_lowercase()),
    }
}
