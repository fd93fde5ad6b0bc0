//! Numbers as text: the one place.

/// Three significant digits; a power of ten outside 0.001 to 99999. The minus sign is a real one.
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
    with_minus(text)
}

/// Millimetres or slice positions, to a tenth where there is one.
pub fn millimetres(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0 + 0.0;
    with_minus(format!("{rounded}"))
}

/// A share as percent.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// `8×80×96×80`.
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

/// Bytes in MB.
pub fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}

fn with_minus(text: String) -> String {
    text.replace('-', "−")
}
