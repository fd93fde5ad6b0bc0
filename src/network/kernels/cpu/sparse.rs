//! The way back where few voxels carry a gradient: each adds its kernel to the voxels under its window.
//!
//! Planes of the input are computed in pairs. Along the first axis the windows of one pooling block reach over four
//! planes; a pair gets the lower two from its own block and the upper two from the block before, so that pairs do not
//! depend on each other.

use std::ops::Range;

use super::geometry::Geometry;
use super::parallel::{Shared, in_pieces};
use super::simd::{self, Job, Simd};
use super::single::Single;
use super::{OutputGradient, passed};
use crate::network::kernels::winner;

/// Widest vectors: weights of input channels are padded to whole ones.
const PADDED: usize = 8;

/// The kernels in the order in which they are added.
#[derive(Debug, Clone)]
pub struct Sparse {
    geometry: Geometry,
    /// `n_out × taps × channels`, channels padded.
    weight: Vec<f32>,
    /// Of an input of one channel.
    single: Option<Single>,
}

/// One voxel that carries a gradient, in one output channel.
#[derive(Clone, Copy, Default)]
pub struct Source {
    /// The gradient of the convolution's output there.
    pub gradient: f32,
    /// The output channel.
    pub channel: u32,
    /// Where in the block it lies.
    pub offset: u32,
}

/// The sources of one plane of blocks.
pub struct Sources {
    /// Block by block.
    pub all: Vec<Source>,
    /// Where each block's begin, and where the last one's end.
    pub starts: Vec<usize>,
}

impl Sparse {
    /// Packs weights `n_out × n_in × taps`.
    pub fn new(geometry: &Geometry, weight: &[f32]) -> Self {
        let (n_in, n_taps) = (geometry.n_in, geometry.n_taps());
        let n_padded = n_in.next_multiple_of(PADDED);
        let mut packed = vec![0.0; geometry.n_out * n_taps * n_padded];
        for (index, &value) in weight.iter().enumerate() {
            let (output, input, tap) = (index / (n_in * n_taps), index / n_taps % n_in, index % n_taps);
            packed[(output * n_taps + tap) * n_padded + input] = value;
        }
        let single = (n_in == 1).then(|| Single::new(geometry, weight));
        Self { geometry: *geometry, weight: packed, single }
    }

    /// Number of pairs of planes.
    pub fn steps(&self, input: [usize; 3]) -> usize {
        if self.geometry.is_flat() { 1 } else { self.geometry.output(input)[0] + 1 }
    }

    /// Computes pairs of planes of the gradient with respect to the input.
    pub fn planes(&self, gradient: OutputGradient<'_>, scale: &[f32], input: [usize; 3], pairs: Range<usize>, output: &mut [f32]) {
        let output = Shared::new(output);
        in_pieces(pairs, |pairs| {
            let mut pair = Pair::new(self, gradient, scale, input);
            for index in pairs {
                pair.compute(index);
                pair.write(index, &output);
            }
        });
    }
}

/// A pair of planes while it is summed up.
struct Pair<'a> {
    sparse: &'a Sparse,
    gradient: OutputGradient<'a>,
    scale: &'a [f32],
    input: [usize; 3],
    /// The blocks of the plane before, and which plane that is.
    before: (Option<usize>, Sources),
    /// The blocks of this plane.
    here: (Option<usize>, Sources),
    /// Planes × rows × columns × channels: two rows and columns for each block, and what the last ones reach beyond.
    sums: Vec<f32>,
    rows: usize,
    columns: usize,
    channels: usize,
}

impl<'a> Pair<'a> {
    fn new(sparse: &'a Sparse, gradient: OutputGradient<'a>, scale: &'a [f32], input: [usize; 3]) -> Self {
        let geometry = &sparse.geometry;
        let [_, height, width] = geometry.output(input);
        let (rows, columns) = (2 * height + 2, 2 * width + 2);
        let nothing = || (None, Sources { all: Vec::new(), starts: Vec::new() });
        let channels = geometry.n_in.next_multiple_of(PADDED);
        let (columns, channels) = if sparse.single.is_some() { (Single::columns(width), 1) } else { (columns, channels) };
        let sums = vec![0.0; 2 * rows * columns * channels];
        Self { sparse, gradient, scale, input, before: nothing(), here: nothing(), sums, rows, columns, channels }
    }

    /// Sums up the gradient of a pair.
    fn compute(&mut self, pair: usize) {
        self.sums.fill(0.0);
        let [depth, ..] = self.sparse.geometry.output(self.input);
        std::mem::swap(&mut self.before, &mut self.here);
        if !self.sparse.geometry.is_flat() && pair > 0 {
            self.collect_before(pair - 1);
            simd::run(Add { pair: self, upper: true });
        }
        if pair < depth {
            self.here.0 = Some(pair);
            collect(self.sparse, &self.gradient, self.scale, self.input, pair, &mut self.here.1);
            simd::run(Add { pair: self, upper: false });
        }
    }

    fn collect_before(&mut self, plane: usize) {
        if self.before.0 != Some(plane) {
            self.before.0 = Some(plane);
            collect(self.sparse, &self.gradient, self.scale, self.input, plane, &mut self.before.1);
        }
    }

    /// Copies the planes of the pair that lie inside the input, channels slowest.
    fn write(&self, pair: usize, output: &Shared<'_, f32>) {
        let geometry = &self.sparse.geometry;
        let [depth, height, width] = self.input;
        let [front_z, front_y, front_x] = geometry.front(self.input);
        let n_planes = if geometry.is_flat() { 1 } else { 2 };
        for plane in 0..n_planes {
            let z = if geometry.is_flat() { Some(0) } else { (2 * pair + plane).checked_sub(1 + front_z) };
            let Some(z) = z.filter(|&z| z < depth) else { continue };
            for channel in 0..geometry.n_in {
                for y in 0..height {
                    let start = ((channel * depth + z) * height + y) * width;
                    // SAFETY: no other pair has this plane.
                    let row = unsafe { output.part(start..start + width) };
                    let from = (plane * self.rows + y + 1 + front_y) * self.columns;
                    match &self.sparse.single {
                        Some(_) => Single::read_row(&self.sums[from..from + self.columns], 1 + front_x, row),
                        None => {
                            let from = (from + 1 + front_x) * self.channels + channel;
                            for (to, &value) in row.iter_mut().zip(self.sums[from..].iter().step_by(self.channels)) {
                                *to = value;
                            }
                        }
                    }
                }
            }
        }
    }
}

/// Lists the voxels of a plane of blocks that carry a gradient. For an input of one channel all are listed, so that a block
/// has one source for each output channel.
fn collect(sparse: &Sparse, gradient: &OutputGradient<'_>, scale: &[f32], input: [usize; 3], plane: usize, sources: &mut Sources) {
    let [depth, height, width] = sparse.geometry.output(input);
    let n_blocks = height * width;
    let keeps_all = sparse.single.is_some();
    sources.all.clear();
    sources.starts.clear();
    if keeps_all {
        return collect_all(gradient, scale, (depth, plane, n_blocks), sources);
    }
    for block in 0..n_blocks {
        sources.starts.push(sources.all.len());
        for (channel, &scale) in scale.iter().enumerate() {
            let index = (channel * depth + plane) * n_blocks + block;
            let code = gradient.winners[index];
            let value = passed(gradient.values[index], code, scale);
            if value != 0.0 {
                sources.all.push(Source { gradient: value, channel: channel as u32, offset: u32::from(code & winner::OFFSET) });
            }
        }
    }
    sources.starts.push(sources.all.len());
}

fn collect_all(gradient: &OutputGradient<'_>, scale: &[f32], (depth, plane, n_blocks): (usize, usize, usize), sources: &mut Sources) {
    sources.all.resize(n_blocks * scale.len(), Source::default());
    sources.starts.extend((0..=n_blocks).map(|block| block * scale.len()));
    for (channel, &of_channel) in scale.iter().enumerate() {
        let start = (channel * depth + plane) * n_blocks;
        let (values, codes) = (&gradient.values[start..start + n_blocks], &gradient.winners[start..start + n_blocks]);
        for ((to, &value), &code) in sources.all[channel..].iter_mut().step_by(scale.len()).zip(values).zip(codes) {
            *to = Source { gradient: passed(value, code, of_channel), channel: channel as u32, offset: u32::from(code & winner::OFFSET) };
        }
    }
}

/// Adds what the blocks of one plane give to one pair.
struct Add<'r, 'a> {
    pair: &'r mut Pair<'a>,
    /// Whether the pair is the upper half of what the blocks reach.
    upper: bool,
}

impl Job for Add<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { pair, upper } = self;
        let sources = if upper { &pair.before.1 } else { &pair.here.1 };
        let [_, height, width] = pair.sparse.geometry.output(pair.input);
        let places = Places { rows: pair.rows, columns: pair.columns, channels: pair.channels };
        for y in 0..height {
            // SAFETY: the caller's.
            unsafe {
                match &pair.sparse.single {
                    Some(single) => single.add_row::<S::Quad>(sources, [y, width], upper, (pair.rows, pair.columns), &mut pair.sums),
                    None => add_row::<S>(pair.sparse, sources, [y, width], upper, &places, &mut pair.sums),
                }
            }
        }
    }
}

/// How sums lie.
struct Places {
    rows: usize,
    columns: usize,
    channels: usize,
}

/// Adds the kernels of a row of blocks.
///
/// # Safety
/// As [`Simd`].
#[inline(always)]
unsafe fn add_row<S: Simd>(sparse: &Sparse, sources: &Sources, [y, width]: [usize; 2], upper: bool, places: &Places, sums: &mut [f32]) {
    let depth = sparse.geometry.kernel_depth;
    let run = 3 * places.channels;
    for x in 0..width {
        let block = y * width + x;
        for source in &sources.all[sources.starts[block]..sources.starts[block + 1]] {
            let (dz, dy, dx) = (source.offset as usize >> 2, (source.offset as usize >> 1) & 1, source.offset as usize & 1);
            let gradient = unsafe { S::splat(source.gradient) };
            for plane in 0..if depth == 1 { 1 } else { 2_usize } {
                // The plane of the kernel that falls on this plane of the pair.
                let Some(tap) = (if depth == 1 { Some(0) } else { (plane + if upper { 2 } else { 0 }).checked_sub(dz) }) else { continue };
                if tap >= depth {
                    continue;
                }
                for row in 0..3 {
                    let to = ((plane * places.rows + 2 * y + dy + row) * places.columns + 2 * x + dx) * places.channels;
                    let from = ((source.channel as usize * depth + tap) * 3 + row) * run;
                    let (to, from) = (&mut sums[to..to + run], &sparse.weight[from..from + run]);
                    for index in (0..run).step_by(S::N) {
                        // SAFETY: runs are whole vectors.
                        unsafe {
                            let to = to.as_mut_ptr().add(index);
                            S::load(to).add_product(gradient, S::load(from.as_ptr().add(index))).store(to);
                        }
                    }
                }
            }
        }
    }
}
