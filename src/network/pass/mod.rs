//! Walking the spatial layers: part by part, slab by slab.
//!
//! A part is a convolution with the row layers up to the next one, a residual block or its end, or a layer that looks at
//! the whole image. Between the layers of a part only a slab of rows ever exists, so the full-resolution activations of a
//! network (201 MB for the first convolution of Conv5_FC3 at 1 mm) are never held; what is held between parts is pooled
//! where the network pools. The same cut keeps every tensor below a device's largest binding and every piece of work short
//! enough for a stop to be noticed.

mod chain;
mod fused;
mod join;
mod residual;
mod segment;
mod whole;

use burn::tensor::Tensor;

use super::feature_maps::{FeatureMaps, read};
use super::fusing::block_of;
use super::layers::RowLayer;
use super::memory::Footprint;
use super::progress::WalkProgress;
use super::step::Step;
use super::{Kernels, NetworkError, WorkLimits};
use crate::kernels::Block;
use fused::Fused;
use join::Join;
use residual::Residual;
use segment::Segment;
use whole::Whole;

/// Consecutive spatial layers and what their forward walk kept.
#[derive(Debug)]
pub struct SpatialPass {
    parts: Vec<Part>,
    limits: WorkLimits,
}

/// Whether a forward walk will be followed by a backward one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Keep what the gradient needs.
    ForGradient,
    /// Keep nothing.
    Nothing,
}

#[derive(Debug)]
enum Part {
    Segment(Segment),
    Fused(Box<Fused>),
    Join(Box<Join>),
    Residual(Box<Residual>),
    Whole(Box<Whole>),
}

impl SpatialPass {
    /// For these steps on an input of shape C×D×H×W.
    pub fn new<'a>(steps: impl IntoIterator<Item = &'a Step>, input_shape: [usize; 4], limits: WorkLimits) -> Self {
        let mut pass = Self { parts: Vec::new(), limits };
        let steps: Vec<&Step> = steps.into_iter().collect();
        let (mut shape, mut rest) = (input_shape, &steps[..]);
        while let Some((step, after)) = rest.split_first() {
            let n_steps = pass.push_residual(rest, shape).unwrap_or_else(|| {
                pass.push(step, shape);
                1
            });
            shape = rest[..n_steps].iter().fold(shape, |shape, step| step.output_shape(shape));
            rest = &after[n_steps - 1..];
        }
        if limits.kernels == Kernels::Fused {
            pass.parts = pass.parts.into_iter().map(Part::fused).collect();
        }
        pass
    }

    /// Number of layers.
    pub fn n_layers(&self) -> u64 {
        self.parts.iter().map(Part::n_layers).sum()
    }

    /// What each part takes, in order.
    ///
    /// # Errors
    /// [`NetworkError::TooLargeForDevice`] if one row of a layer is.
    pub fn footprints(&self) -> Result<Vec<Footprint>, NetworkError> {
        self.parts.iter().map(|part| part.footprint(self.limits)).collect()
    }

    /// Has the device compile the kernels of all fused blocks.
    pub fn warm_up(&self) {
        for part in &self.parts {
            match part {
                Part::Segment(segment) => segment.warm_up(),
                Part::Join(join) => join.warm_up(),
                // Of the CPU, or burn's own.
                Part::Fused(_) | Part::Residual(_) | Part::Whole(_) => {}
            }
        }
    }

    /// Output of the last layer.
    ///
    /// # Errors
    /// When the walk is stopped, the device fails, or one row is too large for it.
    pub async fn forward(&mut self, input: &FeatureMaps, keep: Keep, mut walk: WalkProgress<'_>) -> Result<FeatureMaps, NetworkError> {
        let mut maps = input.clone();
        for part in &mut self.parts {
            maps = match part {
                Part::Segment(segment) => segment.forward(&maps, keep, self.limits, walk).await?,
                Part::Fused(block) => block.forward(&maps, keep, self.limits, walk).await?,
                Part::Join(join) => join.forward(&maps, keep, self.limits, walk).await?,
                Part::Residual(block) => block.forward(&maps, keep, self.limits, walk).await?,
                Part::Whole(whole) => whole.forward(&maps, keep, walk).await?,
            };
            walk = walk.after(part.n_layers());
            wait_for(&maps).await?;
        }
        Ok(maps)
    }

    /// Gradient with respect to the input from the gradient with respect to the output of a forward walk that kept.
    ///
    /// # Errors
    /// As [`Self::forward`].
    pub async fn backward(&self, gradient: FeatureMaps, mut walk: WalkProgress<'_>) -> Result<FeatureMaps, NetworkError> {
        let mut maps = gradient;
        for part in self.parts.iter().rev() {
            maps = match part {
                Part::Segment(segment) => segment.backward(&maps, walk).await?,
                Part::Fused(block) => block.backward(&maps, self.limits, walk).await?,
                Part::Join(join) => join.backward(&maps, walk).await?,
                Part::Residual(block) => block.backward(&maps, self.limits, walk).await?,
                Part::Whole(whole) => whole.backward(&maps, self.limits, walk).await?,
            };
            walk = walk.after(part.n_layers());
            wait_for(&maps).await?;
        }
        Ok(maps)
    }

    /// The first of these steps as one residual block in kernels of our own, if they are one that the kernels have; how
    /// many steps that is.
    fn push_residual(&mut self, steps: &[&Step], shape: [usize; 4]) -> Option<usize> {
        let (block, n_steps) = Residual::new(steps, shape, self.limits)?;
        self.parts.push(Part::Residual(Box::new(block)));
        Some(n_steps)
    }

    fn push(&mut self, step: &Step, shape: [usize; 4]) {
        let part = match step {
            Step::Rows(layer) => return self.push_rows(layer.clone(), shape),
            Step::InstanceNorm => Part::Whole(Box::new(Whole::InstanceNorm(shape, None))),
            Step::SqueezeExcitation(layer) => Part::Whole(Box::new(Whole::SqueezeExcitation(shape, layer.clone(), None))),
            Step::AveragePool => Part::Whole(Box::new(Whole::AveragePool(shape))),
            Step::Residual { branch, shortcut } => {
                let branch = SpatialPass::new(branch, shape, self.limits);
                Part::Join(Box::new(Join::new(branch, shortcut.clone(), shape)))
            }
        };
        self.parts.push(part);
    }

    /// A convolution begins a part; what follows it, or follows an addition, is walked together with it.
    fn push_rows(&mut self, layer: RowLayer, shape: [usize; 4]) {
        let begins = matches!(layer, RowLayer::Convolution(_));
        match self.parts.last_mut() {
            Some(Part::Segment(segment)) if !begins => segment.push(layer),
            Some(Part::Join(join)) if !begins => join.push(layer),
            _ => self.parts.push(Part::Segment(Segment::new(layer, shape))),
        }
    }
}

impl Part {
    fn n_layers(&self) -> u64 {
        match self {
            Self::Segment(segment) => segment.chain().len() as u64,
            Self::Fused(block) => block.n_layers(),
            Self::Join(join) => join.n_layers(),
            Self::Residual(block) => block.n_layers(),
            Self::Whole(_) => 1,
        }
    }

    fn footprint(&self, limits: WorkLimits) -> Result<Footprint, NetworkError> {
        match self {
            Self::Segment(segment) => segment.footprint(limits),
            Self::Fused(block) => Ok(block.footprint(limits)),
            Self::Join(join) => join.footprint(limits),
            Self::Residual(block) => Ok(block.footprint(limits)),
            Self::Whole(whole) => Ok(whole.footprint()),
        }
    }

    /// The same in a kernel of our own, where there is one.
    fn fused(self) -> Self {
        let Self::Segment(segment) = self else { return self };
        match block_of(segment.chain().layers()) {
            None => Self::Segment(segment),
            Some((Block::Cpu(block), _)) => Self::Fused(Box::new(Fused::new(block, segment.into_chain()))),
            Some((Block::Gpu(block), n_layers)) => Self::Segment(segment.with_block(block, n_layers)),
        }
    }
}

/// Waits until the device has caught up, by reading one value, so that progress is true and a stop comes in time.
async fn wait_for(maps: &FeatureMaps) -> Result<(), NetworkError> {
    if let Some(slab) = maps.slabs().last() {
        let one: Tensor<5> = slab.clone().slice([0..1, 0..1, 0..1, 0..1, 0..1]);
        read(one).await?;
    }
    Ok(())
}
