//! Lists in the sentences of errors.

/// The first eight of some words, and the number of the others.
pub(super) fn first_few(words: &[String]) -> String {
    const SHOWN: usize = 8;
    let shown = words.get(..SHOWN).unwrap_or(words).join(", ");
    if words.len() > SHOWN { format!("{shown} and {} more", words.len() - SHOWN) } else { shown }
}
