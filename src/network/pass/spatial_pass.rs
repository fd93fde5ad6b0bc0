//! Consecutive spatial layers as a list of parts, which are walked one after the other.

use burn::tensor::Tensor;

use super::context::{Keep, PassContext};
use super::fused_block::FusedBlock;
use super::fused_residual::FusedResidual;
use super::join::ResidualJoin;
use super::segment::Segment;
use super::whole_image::WholeImage;
use crate::kernels::Block;
use crate::network::error::NetworkError;
use crate::network::feature_maps::{FeatureMaps, read};
use crate::network::fusing::block_of;
use crate::network::helper_pool::HelperPool;
use crate::network::layer_node::LayerNode;
use crate::network::layers::RowLayer;
use crate::network::memory::Footprint;
use crate::network::progress::WalkProgress;
use crate::network::undecided::PreciseForward;
use crate::network::work_limits::{KernelChoice, WorkLimits};

/// Consecutive spatial layers, with the values of their forward walk that the gradient needs.
#[derive(Debug)]
pub struct SpatialPass {
    parts: Vec<PassPart>,
    limits: WorkLimits,
}

/// Layers that are walked together.
#[derive(Debug)]
enum PassPart {
    Segment(Segment),
    Fused(Box<FusedBlock>),
    Join(Box<ResidualJoin>),
    Residual(Box<FusedResidual>),
    Whole(Box<WholeImage>),
}

impl SpatialPass {
    /// A pass through these nodes on an input of shape C×D×H×W.
    pub fn new<'a>(nodes: impl IntoIterator<Item = &'a LayerNode>, input_shape: [usize; 4], limits: WorkLimits) -> Self {
        let mut pass = Self { parts: Vec::new(), limits };
        let nodes: Vec<&LayerNode> = nodes.into_iter().collect();
        let (mut shape, mut rest) = (input_shape, &nodes[..]);
        while let Some((node, after)) = rest.split_first() {
            let n_nodes = pass.push_residual(rest, shape).unwrap_or_else(|| {
                pass.push(node, shape);
                1
            });
            shape = rest[..n_nodes].iter().fold(shape, |shape, node| node.output_shape(shape));
            rest = &after[n_nodes - 1..];
        }
        if limits.kernels == KernelChoice::Fused {
            pass.parts = pass.parts.into_iter().map(PassPart::fused).collect();
        }
        pass
    }

    /// Number of layers.
    pub fn n_layers(&self) -> u64 {
        self.parts.iter().map(PassPart::n_layers).sum()
    }

    /// Memory of each part, in order.
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
                PassPart::Segment(segment) => segment.warm_up(),
                PassPart::Join(join) => join.warm_up(),
                // These run on the CPU, or in burn's own kernels.
                PassPart::Fused(_) | PassPart::Residual(_) | PassPart::Whole(_) => {}
            }
        }
    }

    /// Output of the last layer. `precise` is the chain of blocks that leads to the input, and afterwards to the output.
    ///
    /// # Errors
    /// [`NetworkError::Stopped`] when the pace stops the walk, [`NetworkError::Device`] when the device fails,
    /// [`NetworkError::TooLargeForDevice`] if one row is too large for it.
    pub async fn forward(
        &mut self,
        input: &FeatureMaps,
        keep: Keep,
        precise: &mut PreciseForward,
        progress: WalkProgress<'_>,
        helpers: Option<&HelperPool>,
    ) -> Result<FeatureMaps, NetworkError> {
        let mut context = PassContext { limits: self.limits, progress, helpers };
        let mut maps = input.clone();
        for part in &mut self.parts {
            maps = match part {
                PassPart::Segment(segment) => segment.forward(&maps, keep, precise, context).await?,
                PassPart::Fused(block) => block.forward(&maps, keep, precise, context).await?,
                PassPart::Join(join) => join.forward(&maps, keep, context).await?,
                PassPart::Residual(block) => block.forward(&maps, keep, context).await?,
                PassPart::Whole(whole) => whole.forward(&maps, keep, context).await?,
            };
            if !part.is_block() {
                precise.end();
            }
            context = context.after(part.n_layers());
            wait_for(&maps).await?;
        }
        Ok(maps)
    }

    /// Gradient with respect to the input from the gradient with respect to the output, after a forward walk that kept what the gradient needs.
    ///
    /// # Errors
    /// Those of [`Self::forward`].
    pub async fn backward(
        &self,
        gradient: FeatureMaps,
        progress: WalkProgress<'_>,
        helpers: Option<&HelperPool>,
    ) -> Result<FeatureMaps, NetworkError> {
        let mut context = PassContext { limits: self.limits, progress, helpers };
        let mut maps = gradient;
        for part in self.parts.iter().rev() {
            maps = match part {
                PassPart::Segment(segment) => segment.backward(&maps, context).await?,
                PassPart::Fused(block) => block.backward(&maps, context).await?,
                PassPart::Join(join) => join.backward(&maps, context).await?,
                PassPart::Residual(block) => block.backward(&maps, context).await?,
                PassPart::Whole(whole) => whole.backward(&maps, context).await?,
            };
            context = context.after(part.n_layers());
            wait_for(&maps).await?;
        }
        Ok(maps)
    }

    /// Adds the residual block that these nodes begin with as one part, if our own kernels have it; returns how many nodes it stands for.
    fn push_residual(&mut self, nodes: &[&LayerNode], shape: [usize; 4]) -> Option<usize> {
        let (block, n_nodes) = FusedResidual::new(nodes, shape, self.limits)?;
        self.parts.push(PassPart::Residual(Box::new(block)));
        Some(n_nodes)
    }

    /// Adds a node as a part of its own, or to the part before it.
    fn push(&mut self, node: &LayerNode, shape: [usize; 4]) {
        let part = match node {
            LayerNode::Rows(layer) => return self.push_rows(layer.clone(), shape),
            LayerNode::InstanceNorm => PassPart::Whole(Box::new(WholeImage::InstanceNorm(shape, None))),
            LayerNode::SqueezeExcitation(layer) => PassPart::Whole(Box::new(WholeImage::SqueezeExcitation(shape, layer.clone(), None))),
            LayerNode::AveragePool => PassPart::Whole(Box::new(WholeImage::AveragePool(shape))),
            LayerNode::Residual { branch, shortcut } => {
                let branch = SpatialPass::new(branch, shape, self.limits);
                PassPart::Join(Box::new(ResidualJoin::new(branch, shortcut.clone(), shape)))
            }
        };
        self.parts.push(part);
    }

    /// A convolution begins a part; what follows it, or follows an addition, is walked together with it.
    fn push_rows(&mut self, layer: RowLayer, shape: [usize; 4]) {
        let begins = matches!(layer, RowLayer::Convolution(_));
        match self.parts.last_mut() {
            Some(PassPart::Segment(segment)) if !begins => segment.push(layer),
            Some(PassPart::Join(join)) if !begins => join.push(layer),
            _ => self.parts.push(PassPart::Segment(Segment::new(layer, shape))),
        }
    }
}

impl PassPart {
    fn n_layers(&self) -> u64 {
        match self {
            Self::Segment(segment) => segment.chain().len() as u64,
            Self::Fused(block) => block.n_layers(),
            Self::Join(join) => join.n_layers(),
            Self::Residual(block) => block.n_layers(),
            Self::Whole(_) => 1,
        }
    }

    /// Whether the part is one block, whose values can be computed in float64 one by one.
    fn is_block(&self) -> bool {
        match self {
            Self::Segment(segment) => segment.is_block(),
            Self::Fused(_) => true,
            Self::Join(_) | Self::Residual(_) | Self::Whole(_) => false,
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

    /// A segment as a part in a kernel of our own, where there is such a kernel; other parts as they are.
    fn fused(self) -> Self {
        let Self::Segment(segment) = self else { return self };
        match block_of(segment.chain().layers()) {
            None => Self::Segment(segment),
            Some((Block::Cpu(block), _)) => Self::Fused(Box::new(FusedBlock::new(block, segment.into_chain()))),
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
