//! Values of a chain of blocks in float64, each computed when it is asked for.

use std::sync::Arc;

use super::known_values::KnownValues;
use super::precise_block::PreciseBlock;
use crate::kernels::winner;
use crate::network::error::NetworkError;
use crate::network::feature_maps::FeatureMaps;
use crate::network::host_values::HostValues;

/// Blocks one after the other, from feature maps that are taken as they are: the image, or the output of a layer that is no block.
#[derive(Debug, Clone, Default)]
pub struct PreciseForward {
    /// The feature maps that the first block reads.
    base: Base,
    blocks: Vec<Arc<PreciseBlock>>,
    /// The output of each block, as far as it was asked for.
    known: Vec<KnownValues>,
}

/// Feature maps C×D×H×W, whose values are read when a block has to be decided.
#[derive(Debug, Clone, Default)]
enum Base {
    #[default]
    None,
    Maps(FeatureMaps),
    /// The values of a CPU tensor, in place.
    Host(Box<HostValues>),
    /// Values that were read from a device.
    Read(Arc<[f32]>),
}

impl Base {
    fn values(&self) -> &[f32] {
        match self {
            Self::None | Self::Maps(_) => &[],
            Self::Host(values) => values.as_slice(),
            Self::Read(values) => values,
        }
    }
}

impl PreciseForward {
    /// Begins a chain on these feature maps, unless there is one that leads to them.
    pub fn begin(&mut self, maps: &FeatureMaps) {
        if matches!(self.base, Base::None) {
            self.base = Base::Maps(maps.clone());
        }
    }

    /// Ends the chain, because a layer follows that is no block.
    pub fn end(&mut self) {
        *self = Self::default();
    }

    /// Reads the feature maps that the first block reads, unless they have been.
    ///
    /// # Errors
    /// [`NetworkError::Device`] with the device's error message.
    pub async fn read_base(&mut self) -> Result<(), NetworkError> {
        if let Base::Maps(maps) = &self.base {
            let is_on_the_cpu = maps.slabs().next().is_some_and(|slab| HostValues::are_of(&slab.device()));
            let values = match is_on_the_cpu {
                true => Base::Host(Box::new(HostValues::of(&maps.joined()))),
                false => Base::Read(maps.clone().read().await?.into()),
            };
            self.base = values;
        }
        Ok(())
    }

    /// Number of blocks.
    pub fn n_blocks(&self) -> usize {
        self.blocks.len()
    }

    /// Appends a block, whose winners are decided.
    pub fn push(&mut self, block: PreciseBlock) {
        self.known.push(KnownValues::none(block.output()));
        self.blocks.push(Arc::new(block));
    }

    /// The same chain of which no value is known yet, so that it takes no memory.
    pub fn without_values(&self) -> Self {
        let known = self.blocks.iter().map(|block| KnownValues::none(block.output())).collect();
        Self { known, ..self.clone() }
    }

    /// The sum of products of weights and neighbours of a row of the input of `block`, which follows the first `n_blocks` of the chain.
    #[inline]
    fn products(&mut self, block: &PreciseBlock, n_blocks: usize, channel: usize, first: [usize; 3], weights: &[f32]) -> f64 {
        let Some(last) = n_blocks.checked_sub(1) else {
            return rounded_products(self.base.values(), block.input(), channel, first, weights);
        };
        loop {
            if let Some(sum) = self.known[last].products(channel, first, weights) {
                return sum;
            }
            let [z, y, x] = first;
            for voxel in (x..x + weights.len()).map(|x| [z, y, x]) {
                if !self.known[last].knows(channel, voxel) {
                    let value = self.output_value(last, channel, voxel);
                    self.known[last].set(channel, voxel, value);
                }
            }
        }
    }

    /// The value of a voxel of a block's output: that of its winner, or the largest where winners were not kept.
    fn output_value(&mut self, index: usize, channel: usize, voxel: [usize; 3]) -> f64 {
        let block = self.blocks[index].clone();
        let touches_padding = block.touches_padding(voxel);
        let largest = match block.winner(channel, voxel) {
            Some(code) if code & winner::CLOSED != 0 => return 0.0,
            Some(code) => block.convolved_voxel(voxel, code & winner::OFFSET).map(|at| self.normalized(&block, index, channel, at)),
            None => block.candidates(voxel).map(|(_, at)| self.normalized(&block, index, channel, at)).reduce(f64::max),
        };
        // Only a block of padding alone has no voxel; its value is the padding's.
        largest.map_or(0.0, |largest| block.rectified(largest, touches_padding))
    }

    /// The value before the rectifier of a voxel of the convolution of `block`, which follows the first `n_blocks` of the chain.
    pub fn normalized(&mut self, block: &PreciseBlock, n_blocks: usize, channel: usize, voxel: [usize; 3]) -> f64 {
        block.normalized(channel, voxel, |n_in, first, weights| self.products(block, n_blocks, n_in, first, weights))
    }
}

/// The sum of products, in float64, of weights and neighbours of a row of feature maps C×D×H×W.
#[inline]
pub fn rounded_products(values: &[f32], shape: [usize; 4], channel: usize, [z, y, x]: [usize; 3], weights: &[f32]) -> f64 {
    let [_, depth, height, width] = shape;
    let row = &values[((channel * depth + z) * height + y) * width + x..][..weights.len()];
    match (row.as_array::<3>(), weights.as_array::<3>()) {
        (Some(row), Some(weights)) => (0..3).map(|tap| f64::from(weights[tap]) * f64::from(row[tap])).sum(),
        _ => row.iter().zip(weights).map(|(&value, &weight)| f64::from(weight) * f64::from(value)).sum(),
    }
}
