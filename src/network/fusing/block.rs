//! From layers to a fused block: a convolution with the normalisation, activation and pooling that follow it.

use std::sync::Arc;

use crate::kernels::cpu::CpuBlock;
use crate::kernels::gpu::GpuBlock;
use crate::kernels::{Activation, Block, BlockParameters, BlockTail, Rectifier};
use crate::network::host_values::HostValues;
use crate::network::layers::{BatchNorm, Convolution, RowLayer, SlidingWindow};

/// The fused block that stands for these layers, and how many of them it stands for; `None` if the kernels have no such block. On a
/// GPU an ELU may be left over, which is a function of single values: the CPU computes residual blocks, the only ones with an ELU, as
/// a whole.
pub fn block_of(layers: &[RowLayer]) -> Option<(Block, usize)> {
    let layers = match layers {
        [before @ .., RowLayer::Activation(Activation::Elu)] if !is_on_the_cpu(before) => before,
        _ => layers,
    };
    let (convolution, batch_norm, tail) = layers_of_block(layers)?;
    let parameters = || block_parameters(convolution, batch_norm, tail);
    let device = convolution.device();
    let block = convolution.blocks().get(tail, || match HostValues::are_of(device) {
        true => Some(Block::Cpu(Arc::new(CpuBlock::new(&parameters())))),
        false => GpuBlock::new(&parameters(), device).map(|block| Block::Gpu(Arc::new(block))),
    });
    block.map(|block| (block, layers.len()))
}

/// The parameters of the fused block that stands for these layers; `None` if the kernels have no such block.
pub fn parameters_of(layers: &[RowLayer]) -> Option<BlockParameters> {
    layers_of_block(layers).map(|(convolution, batch_norm, tail)| block_parameters(convolution, batch_norm, tail))
}

/// Whether layers that begin with a convolution are computed on the CPU.
fn is_on_the_cpu(layers: &[RowLayer]) -> bool {
    matches!(layers.first(), Some(RowLayer::Convolution(convolution)) if HostValues::are_of(convolution.device()))
}

/// The convolution that a block begins with, its normalisation and its tail, if the kernels have the block of these layers.
pub fn layers_of_block(layers: &[RowLayer]) -> Option<(&Convolution, Option<&BatchNorm>, BlockTail)> {
    let (RowLayer::Convolution(convolution), rest) = layers.split_first()? else { return None };
    let (batch_norm, tail) = tail(rest)?;
    let pools_twice = tail.pools && convolution.window().stride[0] > 1;
    (is_known(convolution.window()) && !pools_twice).then_some((convolution, batch_norm, tail))
}

/// The layers after a convolution as the tail of a block: normalisation, rectifier and pooling, of which each may be missing. A ReLU
/// may come after pooling, too (the two commute). `None` for any other layers.
fn tail(layers: &[RowLayer]) -> Option<(Option<&BatchNorm>, BlockTail)> {
    let (batch_norm, layers) = match layers {
        [RowLayer::BatchNorm(layer), rest @ ..] => (Some(&**layer), rest),
        _ => (None, layers),
    };
    let (activation, pools) = match layers {
        [] => (None, false),
        [RowLayer::PadMaxPool(_)] => (None, true),
        [RowLayer::Activation(activation)] => (Some(*activation), false),
        [RowLayer::Activation(activation), RowLayer::PadMaxPool(_)] => (Some(*activation), true),
        [RowLayer::PadMaxPool(_), RowLayer::Activation(Activation::Relu)] => (Some(Activation::Relu), true),
        _ => return None,
    };
    let tail = BlockTail { normalizes: batch_norm.is_some(), activation, pools };
    (activation != Some(Activation::Elu)).then_some((batch_norm, tail))
}

/// Whether the kernels have convolutions of this window: kernel 3, padding 1, stride 1 or 2, over two or three axes.
fn is_known(window: SlidingWindow) -> bool {
    [2, 3].iter().any(|&n_axes| [1, 2].iter().any(|&stride| window == SlidingWindow::new(n_axes, 3, stride, 1)))
}

/// The parameters of the block of a convolution, its normalisation and its tail.
pub fn block_parameters(convolution: &Convolution, batch_norm: Option<&BatchNorm>, tail: BlockTail) -> BlockParameters {
    let [n_out, n_in] = convolution.channels();
    let window = convolution.window();
    let (scale, shift) = match batch_norm {
        Some(layer) => (layer.scale().to_vec(), layer.shift().to_vec()),
        None => (vec![1.0; n_out], vec![0.0; n_out]),
    };
    let rectifier = match tail.activation {
        Some(Activation::Relu) => Rectifier::Relu,
        Some(Activation::LeakyRelu) => Rectifier::Leaky,
        Some(Activation::Elu) | None => Rectifier::None,
    };
    BlockParameters {
        n_in,
        n_out,
        n_axes: if window.kernel[2] == 1 { 2 } else { 3 },
        stride: window.stride[0],
        pool: tail.pools,
        weight: convolution.weight().to_vec(),
        bias: convolution.bias().map_or_else(|| vec![0.0; n_out], <[f32]>::to_vec),
        scale,
        shift,
        rectifier,
    }
}
