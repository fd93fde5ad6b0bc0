//! How large text is in DejaVu Sans, matplotlib's font, without the font: only boxes behind text depend on it.

use super::POINTS_PER_INCH;

/// Font size of letters and positions, in points.
pub(super) const ANNOTATION: f64 = 12.0;

/// The extent of a line of text of `size` points above and below its baseline, in points: matplotlib gives every line the height
/// of "lp", hinted to whole pixels at its 100 dots per inch.
pub(super) fn line_height(size: f64) -> [f64; 2] {
    let pixels = if size <= ANNOTATION { [14.0, 4.0] } else { [16.0, 4.0] };
    pixels.map(|pixels| pixels * POINTS_PER_INCH / 100.0)
}

/// Advances of ASCII from the space on, in 1/2048 of the font size (the font's `hmtx` table).
const ADVANCES: [u16; 95] = [
    651, 821, 942, 1716, 1303, 1946, 1597, 563, 799, 799, 1024, 1716, 651, 739, 651, 690, 1303, 1303, 1303, 1303, 1303, 1303, 1303, 1303,
    1303, 1303, 690, 690, 1716, 1716, 1716, 1087, 2048, 1401, 1405, 1430, 1577, 1294, 1178, 1587, 1540, 604, 604, 1343, 1141, 1767, 1532,
    1612, 1235, 1612, 1423, 1300, 1251, 1499, 1401, 2025, 1403, 1251, 1403, 799, 690, 799, 1716, 1024, 1024, 1255, 1300, 1126, 1300, 1260,
    721, 1300, 1298, 569, 569, 1186, 569, 1995, 1298, 1253, 1300, 1300, 842, 1067, 803, 1298, 1212, 1675, 1212, 1212, 1075, 1303, 690,
    1303, 1716,
];

/// Advance of characters beyond ASCII: about that of the letters of Latin scripts.
const OTHER: u16 = 1290;

/// Width of a line of text, in the unit of `size`; exact for ASCII, save kerning.
pub fn text_width(text: &str, size: f64) -> f64 {
    let advance = |character: char| (character as usize).checked_sub(32).and_then(|index| ADVANCES.get(index)).copied().unwrap_or(OTHER);
    text.chars().map(|character| f64::from(advance(character))).sum::<f64>() * size / 2048.0
}
