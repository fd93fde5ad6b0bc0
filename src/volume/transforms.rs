//! ClinicaDL's evaluation transforms, which prepare an image for the network, in ClinicaDL's order and arithmetic.
//!
//! NaN removal, min–max normalisation over the whole element, then subsampling. All of it is float32, operation by
//! operation as torch does it, so that the result equals ClinicaDL's bit for bit.

use super::{Affine, Statistics, Volume};

/// The transforms of one trained model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EvaluationTransforms {
    /// Whether and how intensities are normalised.
    pub normalization: Normalization,
    /// Subsampling after the normalisation; `None` if the network was trained on the full grid.
    pub size_reduction: Option<SizeReduction>,
}

/// How intensities are normalised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Normalization {
    /// (x − min) / (max − min), minimum and maximum taken over the whole element.
    #[default]
    MinMax,
    /// Intensities stay as they are.
    None,
}

/// ClinicaDL's subsampling of the cropped 169×208×179 grid. The number is the distance of two kept
/// voxels; start and stop come from ClinicaDL's table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SizeReduction {
    /// Every second voxel: 80×96×80.
    By2,
    /// Every third voxel: 56×64×56.
    By3,
    /// Every fourth voxel: 40×48×40.
    By4,
    /// Every fifth voxel: 32×40×32.
    By5,
}

/// A transformed volume with warnings about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Transformed {
    /// The network's input; its affine is that of the reduced grid.
    pub volume: Volume,
    /// Voxels that were replaced.
    pub warnings: Vec<TransformWarning>,
}

/// Voxels of an image that were replaced before it is given to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TransformWarning {
    /// NaN voxels were set to 0.
    #[error("{n_nan} of {n_voxels} voxels are not a number and were set to 0, as ClinicaDL does")]
    NanReplaced {
        /// Number of NaN voxels.
        n_nan: usize,
        /// Number of all voxels.
        n_voxels: usize,
    },
    /// Infinite voxels were replaced, which happens only in an image with NaN.
    #[error("{n_infinite} of {n_voxels} voxels are infinite and were set to the largest float32, as ClinicaDL does")]
    InfinityReplaced {
        /// Number of infinite voxels.
        n_infinite: usize,
        /// Number of all voxels.
        n_voxels: usize,
    },
}

/// Why an image cannot be given to a network. The caller names the file.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum TransformError {
    /// All voxels are NaN.
    #[error("all {n_voxels} voxels are not a number")]
    AllNan {
        /// Number of all voxels.
        n_voxels: usize,
    },
    /// Minimum and maximum are equal: 0/0 everywhere.
    #[error("every voxel is {value}, and a constant image cannot be normalised")]
    Constant {
        /// The value.
        value: f32,
    },
    /// The image has infinite voxels, or its range exceeds float32: the normalised image would be 0 and NaN.
    #[error("intensities from {min} to {max} span more than float32 holds and cannot be normalised")]
    RangeTooWide {
        /// Smallest voxel.
        min: f32,
        /// Largest voxel.
        max: f32,
    },
    /// The subsampling keeps no voxel.
    #[error("a volume of {}×{}×{} voxels is too small for a size reduction by {factor}", shape[0], shape[1], shape[2])]
    TooSmall {
        /// Voxels along the three axes.
        shape: [usize; 3],
        /// Distance of two kept voxels.
        factor: u32,
    },
}

impl TransformError {
    /// What the user may do.
    pub fn hint(&self) -> String {
        match self {
            TransformError::AllNan { .. } | TransformError::Constant { .. } => {
                "check the image in a viewer: preprocessing may have failed for this participant"
            }
            TransformError::RangeTooWide { .. } => "check the image for infinite or absurd intensities",
            TransformError::TooSmall { .. } => "use an image preprocessed by Clinica (169×208×179 voxels), as in training",
        }
        .to_owned()
    }
}

impl EvaluationTransforms {
    /// Whether intensities are scaled to 0…1.
    pub fn is_normalized(&self) -> bool {
        self.normalization == Normalization::MinMax
    }

    /// Transforms an image as ClinicaDL does before prediction and interpretation.
    ///
    /// An image smaller than the subsampling expects gives a smaller result, as Python's slices do; the caller compares
    /// its shape with the network's input. Without subsampling, voxels are transformed in place.
    ///
    /// # Errors
    /// [`TransformError`] where the result could only be NaN or nothing.
    pub fn apply(&self, mut volume: Volume) -> Result<Transformed, TransformError> {
        let statistics = Statistics::of(volume.data());
        let warnings = warnings(&statistics);
        let clean = Cleaning::of(&statistics)?;
        let normalize = Normalizer::of(self.normalization, volume.data(), &statistics, clean)?;
        let voxel = |value: f32| normalize.apply(clean.apply(value));
        let volume = match self.size_reduction {
            None => {
                volume.data.iter_mut().for_each(|value| *value = voxel(*value));
                volume
            }
            Some(reduction) => reduction.subsample(&volume, voxel)?,
        };
        Ok(Transformed { volume, warnings })
    }
}

impl SizeReduction {
    /// The reduction of a `size_reduction_factor`; `None` for a factor that ClinicaDL does not have.
    pub fn from_factor(factor: u32) -> Option<Self> {
        match factor {
            2 => Some(SizeReduction::By2),
            3 => Some(SizeReduction::By3),
            4 => Some(SizeReduction::By4),
            5 => Some(SizeReduction::By5),
            _ => None,
        }
    }

    /// Distance of two kept voxels along each axis.
    pub fn factor(self) -> u32 {
        match self {
            SizeReduction::By2 => 2,
            SizeReduction::By3 => 3,
            SizeReduction::By4 => 4,
            SizeReduction::By5 => 5,
        }
    }

    /// Affine map to voxel indices of the full grid from voxel indices of the reduced one.
    pub fn full_from_reduced(self) -> Affine {
        let spacing = f64::from(self.factor());
        Affine::from_diagonal([spacing; 3], self.bounds().map(|[start, _]| start as f64))
    }

    /// Start and stop on each axis, as in Python's `start:stop:step`.
    fn bounds(self) -> [[usize; 2]; 3] {
        match self {
            SizeReduction::By2 => [[4, 164], [8, 200], [8, 168]],
            SizeReduction::By3 => [[0, 168], [8, 200], [4, 172]],
            SizeReduction::By4 => [[4, 164], [8, 200], [8, 168]],
            SizeReduction::By5 => [[4, 164], [0, 200], [8, 168]],
        }
    }

    /// Indices along an axis of `length` voxels that are kept, as Python's slices clip them.
    pub(super) fn kept(self, axis: usize, length: usize) -> std::iter::StepBy<std::ops::Range<usize>> {
        let [start, stop] = self.bounds()[axis];
        (start..stop.min(length)).step_by(self.factor() as usize)
    }

    /// The kept voxels, each transformed by `voxel`.
    fn subsample(self, volume: &Volume, voxel: impl Fn(f32) -> f32) -> Result<Volume, TransformError> {
        let shape = volume.shape();
        let kept = |axis: usize| self.kept(axis, shape[axis]);
        let reduced_shape = [0, 1, 2].map(|axis| kept(axis).len());
        if reduced_shape.contains(&0) {
            return Err(TransformError::TooSmall { shape, factor: self.factor() });
        }
        let mut data = Vec::with_capacity(reduced_shape.iter().product());
        for i in kept(0) {
            for j in kept(1) {
                let row = (i * shape[1] + j) * shape[2];
                data.extend(kept(2).map(|k| voxel(volume.data()[row + k])));
            }
        }
        let world_from_voxel = volume.world_from_voxel().compose(&self.full_from_reduced());
        Ok(Volume { shape: reduced_shape, data, world_from_voxel })
    }
}

/// torch's `nan_to_num`, which ClinicaDL calls only if there is a NaN: infinities alone pass.
#[derive(Debug, Clone, Copy)]
enum Cleaning {
    /// No voxel is NaN: values stay as they are.
    Keep,
    /// NaN become 0, infinities the largest float32 of their sign.
    NanToNum,
}

impl Cleaning {
    fn of(statistics: &Statistics) -> Result<Self, TransformError> {
        match statistics.n_nan {
            0 => Ok(Cleaning::Keep),
            n if n == statistics.n_values => Err(TransformError::AllNan { n_voxels: n }),
            _ => Ok(Cleaning::NanToNum),
        }
    }

    fn apply(self, value: f32) -> f32 {
        match self {
            Cleaning::Keep => value,
            Cleaning::NanToNum if value.is_nan() => 0.0,
            Cleaning::NanToNum => value.clamp(f32::MIN, f32::MAX),
        }
    }
}

/// The normalisation of one image, with that image's minimum and range.
#[derive(Debug, Clone, Copy)]
enum Normalizer {
    Keep,
    MinMax { min: f32, range: f32 },
}

impl Normalizer {
    fn of(normalization: Normalization, data: &[f32], statistics: &Statistics, clean: Cleaning) -> Result<Self, TransformError> {
        if normalization == Normalization::None {
            return Ok(Normalizer::Keep);
        }
        let extremes = |(low, high): (f32, f32), &value: &f32| {
            let value = clean.apply(value);
            (low.min(value), high.max(value))
        };
        let (min, max) = match statistics.is_finite() {
            true => (statistics.min, statistics.max),
            false => data.iter().fold((f32::INFINITY, f32::NEG_INFINITY), extremes),
        };
        let range = max - min;
        if range == 0.0 {
            return Err(TransformError::Constant { value: min });
        }
        if !range.is_finite() {
            return Err(TransformError::RangeTooWide { min, max });
        }
        Ok(Normalizer::MinMax { min, range })
    }

    fn apply(self, value: f32) -> f32 {
        match self {
            Normalizer::Keep => value,
            Normalizer::MinMax { min, range } => (value - min) / range,
        }
    }
}

fn warnings(statistics: &Statistics) -> Vec<TransformWarning> {
    let &Statistics { n_values: n_voxels, n_nan, n_infinite, .. } = statistics;
    let mut warnings = Vec::new();
    if n_nan > 0 {
        warnings.push(TransformWarning::NanReplaced { n_nan, n_voxels });
        if n_infinite > 0 {
            warnings.push(TransformWarning::InfinityReplaced { n_infinite, n_voxels });
        }
    }
    warnings
}
