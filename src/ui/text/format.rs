//! Numbers as text, in the page's language.

use super::language::{Language, Text, current_language};

/// The unit of [`megabytes`].
pub const MEGABYTES: Text = Text::new("MB", "Mo");

/// A number with three significant digits; with a power of ten outside 0.001 to 99999.
pub fn significant(value: f64) -> String {
    let magnitude = value.abs();
    let text = if !value.is_finite() || magnitude == 0.0 {
        format!("{value}")
    } else if !(1e-3..1e5).contains(&magnitude) {
        format!("{value:.2e}")
    } else {
        let decimals = (2 - magnitude.log10().floor() as i32).max(0) as usize;
        format!("{value:.decimals$}")
    };
    in_language(&text)
}

/// A number with `n_digits` digits after the decimal separator.
pub fn decimals(value: f64, n_digits: usize) -> String {
    in_language(&format!("{value:.n_digits$}"))
}

/// A number with all its digits.
pub fn plain(value: f64) -> String {
    in_language(&value.to_string())
}

/// Millimetres or slice positions, to a tenth where there is one.
pub fn millimetres(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0 + 0.0;
    in_language(&format!("{rounded}"))
}

/// Cubic millimetres, to a tenth where there is one.
pub fn cubic_millimetres(value: f64) -> String {
    let tenths = (value * 10.0).round() as u64;
    if tenths.is_multiple_of(10) { count(tenths / 10) } else { count(tenths / 10) + &in_language(&format!(".{}", tenths % 10)) }
}

/// A share as percent.
pub fn percent(share: f64) -> String {
    format!("{} %", decimals(share * 100.0, 1))
}

/// Lengths of axes, as in `8×80×96×80`.
pub fn shape(axes: &[usize]) -> String {
    axes.iter().map(ToString::to_string).collect::<Vec<_>>().join("×")
}

/// A count with thin spaces between thousands.
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in MB, with its unit.
pub fn megabytes(bytes: u64) -> String {
    format!("{} {}", decimals(bytes as f64 / 1e6, 1), MEGABYTES.get())
}

/// Replaces hyphens by minus signs and points by the decimal separator of the language.
fn in_language(text: &str) -> String {
    let text = text.replace('-', "−");
    match current_language() {
        Language::English => text,
        Language::French => text.replace('.', ","),
    }
}
