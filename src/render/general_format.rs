//! Numbers as C's `%.2g` writes them, for ticks.

/// `%.{digits}g`: that many significant digits, trailing zeros cut off, an exponent where it is below −4 or beyond the digits.
pub fn format_general(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".to_owned() } else { value.to_string() };
    }
    let digits = digits.max(1);
    let scientific = format!("{value:.*e}", digits - 1);
    let Some((mantissa, exponent)) = scientific.split_once('e').and_then(|(m, e)| Some((m, e.parse::<i32>().ok()?))) else {
        return scientific;
    };
    if exponent < -4 || exponent >= digits as i32 {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", without_zeros(mantissa), exponent.abs());
    }
    without_zeros(&format!("{value:.*}", (digits as i32 - 1 - exponent).max(0) as usize)).to_owned()
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

#[cfg(test)]
mod tests {
    use super::format_general;

    #[test]
    fn numbers_look_as_c_prints_them() {
        let cases = [(0.0, "0"), (-1.0, "-1"), (0.5, "0.5"), (0.25, "0.25"), (12.0, "12"), (123.0, "1.2e+02"), (0.00012, "0.00012")];
        for (value, text) in cases.into_iter().chain([(0.000012, "1.2e-05"), (-0.0375, "-0.037"), (99.9, "1e+02"), (9.99, "10")]) {
            assert_eq!(format_general(value, 2), text);
        }
    }
}
