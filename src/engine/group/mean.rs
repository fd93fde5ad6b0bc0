//! Group means as ClinicaDL 1.6.1 accumulates them: sequential float32 sums in the order of the table.

use crate::protocol::Convention;

/// Running sums, one for each element. Memory does not grow with the number of sessions.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GroupMeans {
    sums: Vec<ElementSum>,
}

/// The sum of one element's maps.
#[derive(Debug, Clone, Default, PartialEq)]
struct ElementSum {
    /// Sums of the voxels; empty before the first map.
    values: Vec<f32>,
    n_maps: usize,
}

/// A map that does not lie on the grid of the element's earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its map has {found} values, those before it have {expected}")]
pub struct OtherGrid {
    /// Values of the earlier maps.
    pub expected: usize,
    /// Values of this one.
    pub found: usize,
}

impl GroupMeans {
    /// Sums without maps, for `n_elements` elements.
    pub fn new(n_elements: usize) -> Self {
        Self { sums: vec![ElementSum::default(); n_elements] }
    }

    /// Number of elements, with or without maps.
    pub fn n_elements(&self) -> usize {
        self.sums.len()
    }

    /// Adds a map to an element's sum.
    ///
    /// # Errors
    /// [`OtherGrid`] if it has another number of values; the sum stays as it was.
    pub fn add(&mut self, element: usize, map: &[f32]) -> Result<(), OtherGrid> {
        let sum = &mut self.sums[element];
        if sum.n_maps == 0 {
            // ClinicaDL starts from 0; adding 0 changes nothing but the sign of a negative zero.
            sum.values = map.iter().map(|value| 0.0 + value).collect();
        } else if sum.values.len() == map.len() {
            sum.values.iter_mut().zip(map).for_each(|(sum, value)| *sum += value);
        } else {
            return Err(OtherGrid { expected: sum.values.len(), found: map.len() });
        }
        sum.n_maps += 1;
        Ok(())
    }

    /// The mean of an element's maps, or `None` where there is none.
    ///
    /// ClinicaDL 1.6.1 divides by the number of items of its dataset, sessions × elements, so that a mean is too small by
    /// the number of elements; corrected, it is divided by the number of maps.
    pub fn mean(&self, element: usize, convention: Convention) -> Option<Vec<f32>> {
        let sum = &self.sums[element];
        let divisor = match convention {
            Convention::Clinicadl161 => sum.n_maps * self.sums.len(),
            Convention::Corrected => sum.n_maps,
        } as f32;
        (sum.n_maps > 0).then(|| sum.values.iter().map(|value| value / divisor).collect())
    }

    /// The sums as little-endian float32, element after element, for [`Self::restore`].
    pub fn to_bytes(&self) -> Vec<u8> {
        self.sums.iter().flat_map(|sum| &sum.values).flat_map(|value| value.to_le_bytes()).collect()
    }

    /// Number of maps and of values of each element's sum.
    pub fn counts(&self) -> Vec<[usize; 2]> {
        self.sums.iter().map(|sum| [sum.n_maps, sum.values.len()]).collect()
    }

    /// Sums that [`Self::to_bytes`] and [`Self::counts`] wrote down; `None` if the two do not belong together.
    pub fn restore(counts: &[[usize; 2]], bytes: &[u8]) -> Option<Self> {
        let n_values = counts.iter().try_fold(0_usize, |sum, [_, n_values]| sum.checked_add(*n_values))?;
        if bytes.len() != n_values.checked_mul(size_of::<f32>())? {
            return None;
        }
        let mut values = bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]));
        let sum = |&[n_maps, n_values]: &[usize; 2]| ElementSum { n_maps, values: values.by_ref().take(n_values).collect() };
        Some(Self { sums: counts.iter().map(sum).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_divide_by_items_or_by_maps() {
        let mut means = GroupMeans::new(2);
        means.add(0, &[1.0, 2.0]).unwrap();
        means.add(0, &[3.0, 6.0]).unwrap();
        assert_eq!(means.mean(0, Convention::Clinicadl161), Some(vec![1.0, 2.0]));
        assert_eq!(means.mean(0, Convention::Corrected), Some(vec![2.0, 4.0]));
        assert_eq!(means.mean(1, Convention::Corrected), None);
    }

    #[test]
    fn sums_are_sequential_float32() {
        let maps = [1e8_f32, 1.0, -1e8, 1.0];
        let mut means = GroupMeans::new(1);
        maps.iter().for_each(|&value| means.add(0, &[value]).unwrap());
        // 1e8 + 1 rounds to 1e8 in float32: a sum in another order, or in float64, would be 2.
        assert_eq!(means.mean(0, Convention::Corrected), Some(vec![0.25]));
    }

    #[test]
    fn what_was_written_down_goes_on_bit_by_bit() {
        let mut means = GroupMeans::new(2);
        means.add(1, &[0.1, 0.2, 0.3]).unwrap();
        let mut restored = GroupMeans::restore(&means.counts(), &means.to_bytes()).unwrap();
        assert_eq!(restored, means);
        restored.add(1, &[0.7, 0.8, 0.9]).unwrap();
        means.add(1, &[0.7, 0.8, 0.9]).unwrap();
        assert_eq!(restored, means);
        assert_eq!(GroupMeans::restore(&means.counts(), &[0; 8]), None);
    }

    #[test]
    fn a_map_of_another_size_is_refused() {
        let mut means = GroupMeans::new(1);
        means.add(0, &[1.0, 2.0]).unwrap();
        assert_eq!(means.add(0, &[1.0]), Err(OtherGrid { expected: 2, found: 1 }));
        assert_eq!(means.counts(), [[1, 2]]);
    }
}
