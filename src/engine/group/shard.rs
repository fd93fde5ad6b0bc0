//! A part of a data group, for machines that work side by side.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Part `index` of `count`, counted from 1, as in `--shard 3/8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Shard {
    /// Number of the part, from 1.
    pub index: usize,
    /// Number of parts.
    pub count: usize,
}

/// A text that names no part.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no part K/N with 1 ≤ K ≤ N, such as 3/8")]
pub struct BadShard(String);

impl Shard {
    /// Positions of this part's sessions among `n_sessions`: consecutive, and parts differ by one session at most.
    pub fn sessions(&self, n_sessions: usize) -> Range<usize> {
        let start = |part: usize| part * n_sessions / self.count;
        start(self.index - 1)..start(self.index)
    }
}

impl FromStr for Shard {
    type Err = BadShard;

    fn from_str(text: &str) -> Result<Self, BadShard> {
        let parts = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match parts {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Shard { index, count }),
            _ => Err(BadShard(text.to_owned())),
        }
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.index, self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_cover_all_sessions_once() {
        for (n_sessions, count) in [(0, 3), (1, 4), (7, 3), (200, 16), (5, 5)] {
            let parts = (1..=count).flat_map(|index| Shard { index, count }.sessions(n_sessions));
            assert_eq!(parts.collect::<Vec<_>>(), (0..n_sessions).collect::<Vec<_>>());
        }
    }

    #[test]
    fn only_parts_are_read() {
        assert_eq!("3/8".parse(), Ok(Shard { index: 3, count: 8 }));
        for text in ["0/8", "9/8", "3", "3/", "a/b", "-1/2", "1/0"] {
            assert!(text.parse::<Shard>().is_err(), "{text}");
        }
    }
}
