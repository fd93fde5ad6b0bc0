//! Options of a figure in the words of the command line, which the page's fields and address take, too.

use super::Dim;
use crate::render::{CutCoords, Threshold};

/// Reads cuts: `-50,14` are millimetres, `7` is how many cuts, `7,` one cut at 7 mm; `None` for anything else.
pub fn cuts_from_words(words: &str) -> Option<CutCoords> {
    if let Ok(n_cuts) = words.trim().parse::<usize>() {
        return Some(CutCoords::Count(n_cuts));
    }
    let parts = words.trim().strip_suffix(',').unwrap_or(words).split(',');
    let positions = parts.map(|part| part.trim().parse().ok().filter(|position: &f64| position.is_finite()));
    positions.collect::<Option<Vec<f64>>>().map(CutCoords::Positions)
}

/// Reads a threshold: a magnitude from 0 on, `97%` for a percentile of all magnitudes, `none` hides nothing; `None` for anything else.
pub fn threshold_from_words(words: &str) -> Option<Option<Threshold>> {
    let words = words.trim();
    if words == "none" {
        return Some(None);
    }
    let (number, is_percent) = words.strip_suffix('%').map_or((words, false), |number| (number, true));
    match number.trim().parse::<f64>() {
        Ok(value) if is_percent && (0.0..=100.0).contains(&value) => Some(Some(Threshold::Percentile(value))),
        Ok(value) if !is_percent && value.is_finite() && value >= 0.0 => Some(Some(Threshold::Absolute(value as f32))),
        _ => None,
    }
}

/// Reads dimming: a number, `auto` or `off`; `None` for anything else.
pub fn dim_from_words(words: &str) -> Option<Dim> {
    match words.trim() {
        "auto" => Some(Dim::Automatic),
        "off" => Some(Dim::Off),
        number => number.parse().ok().filter(|by: &f64| by.is_finite()).map(Dim::By),
    }
}

/// Reads the end of the colours: a number above 0; `None` for anything else.
pub fn vmax_from_words(words: &str) -> Option<f32> {
    words.trim().parse().ok().filter(|value: &f32| value.is_finite() && *value > 0.0)
}

/// Writes cuts as [`cuts_from_words`] reads them; `automatic` where nilearn chooses.
pub fn words_of_cuts(cuts: &CutCoords) -> String {
    match cuts {
        CutCoords::Automatic => "automatic".to_owned(),
        CutCoords::Count(n_cuts) => n_cuts.to_string(),
        CutCoords::Positions(positions) => {
            let words = positions.iter().map(f64::to_string).collect::<Vec<_>>().join(",");
            if positions.len() == 1 && words.parse::<usize>().is_ok() { words + "," } else { words }
        }
    }
}

/// Writes a threshold as [`threshold_from_words`] reads it.
pub fn words_of_threshold(threshold: Option<Threshold>) -> String {
    match threshold {
        None => "none".to_owned(),
        Some(Threshold::Absolute(value)) => value.to_string(),
        Some(Threshold::Percentile(percent)) => format!("{percent}%"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_come_back_as_they_were_read() {
        for words in ["-50,14", "7", "7,", "0.5", "-3"] {
            assert_eq!(words_of_cuts(&cuts_from_words(words).unwrap()), words);
        }
        for words in ["none", "0.001", "97%", "0"] {
            assert_eq!(words_of_threshold(threshold_from_words(words).unwrap()), words);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(["", "a", "1,,2", "1,nan", "inf,0", "--1"].iter().all(|words| cuts_from_words(words).is_none()));
        assert!(["", "-1", "101%", "-1%", "nan", "inf", "%"].iter().all(|words| threshold_from_words(words).is_none()));
        assert!(["", "nan", "dark"].iter().all(|words| dim_from_words(words).is_none()));
        assert!(["", "0", "-1", "nan", "inf"].iter().all(|words| vmax_from_words(words).is_none()));
    }
}
