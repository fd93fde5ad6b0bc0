//! The globs of ClinicaDL: `*` and `?` within one path component, letter case ignored.

/// A pattern of one or more path components.
pub(super) struct Glob {
    components: Vec<Vec<char>>,
}

impl Glob {
    /// The glob of a pattern.
    pub fn new(pattern: &str) -> Self {
        Self { components: pattern.to_lowercase().split('/').map(|component| component.chars().collect()).collect() }
    }

    /// Whether the last components of `path` match the pattern, as if `**/` stood before it.
    pub fn matches_end_of(&self, path: &str) -> bool {
        let lower = path.to_lowercase();
        let mut from_end = lower.rsplit('/');
        self.components.iter().rev().all(|pattern| from_end.next().is_some_and(|component| matches(pattern, component)))
    }
}

/// Whether a component matches; on a mismatch, the last `*` is extended by one character.
fn matches(pattern: &[char], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    let mut last_star = None;
    while let Some(&letter) = text.get(t) {
        match pattern.get(p) {
            Some('*') => {
                last_star = Some((p, t));
                p += 1;
            }
            Some(&wanted) if wanted == '?' || wanted == letter => (p, t) = (p + 1, t + 1),
            _ => match last_star {
                Some((star, taken)) => {
                    (p, t) = (star + 1, taken + 1);
                    last_star = Some((star, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|&left| left == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, path: &str, expected: bool) {
        assert_eq!(Glob::new(pattern).matches_end_of(path), expected, "{pattern} on {path}");
    }

    #[test]
    fn a_star_stays_within_one_component() {
        check("*_T1w.nii.gz", "t1_linear/sub-1_T1w.nii.gz", true);
        check("*linear*_T1w.nii.gz", "t1_linear/sub-1_T1w.nii.gz", false);
        check("pet_linear/*_pet.nii.gz", "a/pet_linear/x_pet.nii.gz", true);
        check("pet_linear/*_pet.nii.gz", "a/other/x_pet.nii.gz", false);
        check("pet_linear/*_pet.nii.gz", "x_pet.nii.gz", false);
    }

    #[test]
    fn stars_give_back_what_they_took() {
        check("*ab*c", "ababac", true);
        check("*ab*c", "ababad", false);
        check("a?c*", "abc", true);
        check("", "", true);
        check("*", "", true);
    }

    #[test]
    fn letter_case_is_ignored() {
        check("*_t1W.NII.gz", "SUB_T1w.nii.gz", true);
    }
}
