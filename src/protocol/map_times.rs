//! How long a map will take, as far as those say that were computed on the same device: whether it is computed without being asked for.

use super::DeviceChoice;

/// The longest that a map may take to be computed by itself, in milliseconds.
pub const SHORT_MS: f64 = 2000.0;

/// Milliseconds for each value of a network's feature maps before any map has been timed: three times what one thread of a recent
/// processor takes, and what a GPU takes that is only software.
const GUESSED_CPU_MS: f64 = 1e-5;
const GUESSED_GPU_MS: f64 = 1e-4;

/// The shortest time of a map of each model on the device in use. The shortest, since other programs only make it longer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MapTimes(Vec<ModelTime>);

#[derive(Debug, Clone, PartialEq)]
struct ModelTime {
    maps: String,
    n_values: u64,
    milliseconds: f64,
}

impl MapTimes {
    /// Learns that a map of the model `maps` took so long, whose feature maps hold so many values.
    pub fn learn(&mut self, maps: &str, n_values: u64, milliseconds: f64) {
        match self.0.iter_mut().find(|known| known.is_of(maps, n_values)) {
            Some(known) => known.milliseconds = known.milliseconds.min(milliseconds),
            None => self.0.push(ModelTime { maps: maps.to_owned(), n_values, milliseconds }),
        }
    }

    /// Forgets all of it: another device computes from now on.
    pub fn forget(&mut self) {
        self.0.clear();
    }

    /// Whether a map of a model is short: by the time of its own maps, else by that of other models for as many values, else by a
    /// guess for the kind of device.
    pub fn is_short(&self, maps: &str, n_values: u64, device: DeviceChoice) -> bool {
        self.expected_ms(maps, n_values, device) <= SHORT_MS
    }

    fn expected_ms(&self, maps: &str, n_values: u64, device: DeviceChoice) -> f64 {
        if let Some(own) = self.0.iter().find(|known| known.is_of(maps, n_values)) {
            return own.milliseconds;
        }
        let guess = if device == DeviceChoice::Cpu { GUESSED_CPU_MS } else { GUESSED_GPU_MS };
        let slowest = self.0.iter().map(ModelTime::per_value).reduce(f64::max);
        slowest.unwrap_or(guess) * n_values as f64
    }
}

impl ModelTime {
    fn is_of(&self, maps: &str, n_values: u64) -> bool {
        self.maps == maps && self.n_values == n_values
    }

    fn per_value(&self) -> f64 {
        self.milliseconds / self.n_values.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feature maps of Conv4_FC3 at 80×96×80, and of a network ten times as large.
    const SMALL: (&str, u64) = ("small", 18_000_000);
    const LARGE: (&str, u64) = ("large", 180_000_000);

    fn is_short(times: &MapTimes, (maps, n_values): (&str, u64)) -> bool {
        times.is_short(maps, n_values, DeviceChoice::Cpu)
    }

    #[test]
    fn before_anything_is_timed_the_device_decides() {
        let times = MapTimes::default();
        assert!(is_short(&times, SMALL) && is_short(&times, LARGE));
        assert!(times.is_short(SMALL.0, SMALL.1, DeviceChoice::Webgpu));
        assert!(!times.is_short(LARGE.0, LARGE.1, DeviceChoice::Webgpu), "it may be software");
    }

    #[test]
    fn a_large_model_is_expected_to_take_as_long_per_value_as_those_before() {
        let mut times = MapTimes::default();
        times.learn(SMALL.0, SMALL.1, 60.0);
        assert!(is_short(&times, LARGE));
        times.learn("slow", 1_000_000, 20.0);
        assert!(!is_short(&times, LARGE), "the slowest of them counts");
        times.learn(LARGE.0, LARGE.1, 600.0);
        assert!(is_short(&times, LARGE), "its own time counts more");
    }

    #[test]
    fn the_shortest_time_of_a_model_counts_until_the_device_changes() {
        let mut times = MapTimes::default();
        times.learn(LARGE.0, LARGE.1, 9000.0);
        assert!(!is_short(&times, LARGE));
        times.learn(LARGE.0, LARGE.1, 1500.0);
        times.learn(LARGE.0, LARGE.1, 7000.0);
        assert!(is_short(&times, LARGE));
        times.forget();
        assert_eq!(times, MapTimes::default());
    }
}
