//! The way back where few voxels carry a gradient: each adds its kernel to the voxels under its window.
//!
//! Planes of the input are computed in pairs. Along the first axis the windows of one pooling block reach over four
//! planes; a pair gets the lower two from its own block and the upper two from the block before. Pairs are computed one
//! after the other; where a thread begins, it visits the blocks before for their upper half alone.

use std::ops::Range;

use super::OutputGradient;
use super::geometry::Geometry;
use super::held::Held;
use super::parallel::{Shared, in_pieces};
use super::simd::{self, Job, Simd};
use super::single::Single;
use super::sources::{Source, Sources};

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
    /// `held` tells which planes the gradients with respect to output and input hold.
    pub fn planes(
        &self,
        held: [Held; 2],
        gradient: OutputGradient<'_>,
        scale: &[f32],
        input: [usize; 3],
        pairs: Range<usize>,
        output: &mut [f32],
    ) {
        let output = Shared::new(output);
        in_pieces(pairs, |pairs| {
            let mut run = Run::new(self, gradient, scale, (input, held));
            run.begin(pairs.start);
            for pair in pairs.clone() {
                run.compute(pair, pair + 1 < pairs.end);
                run.write(pair, &output);
                run.advance();
            }
        });
    }
}

/// Neighbouring pairs of planes, one after the other, while they are summed up.
struct Run<'a> {
    sparse: &'a Sparse,
    gradient: OutputGradient<'a>,
    scale: &'a [f32],
    input: [usize; 3],
    /// Planes that the gradients with respect to output and input hold.
    held: [Held; 2],
    sources: Sources,
    /// This pair and the next, each planes × rows × columns × channels: two rows and columns for each block, and what the last
    /// ones reach beyond.
    sums: [Vec<f32>; 2],
    rows: usize,
    columns: usize,
    channels: usize,
}

impl<'a> Run<'a> {
    fn new(sparse: &'a Sparse, gradient: OutputGradient<'a>, scale: &'a [f32], (input, held): ([usize; 3], [Held; 2])) -> Self {
        let geometry = &sparse.geometry;
        let [_, height, width] = geometry.output(input);
        let (rows, columns) = (2 * height + 2, 2 * width + 2);
        let channels = geometry.n_in.next_multiple_of(PADDED);
        let (columns, channels) = if sparse.single.is_some() { (Single::columns(width), 1) } else { (columns, channels) };
        let len = geometry.kernel_depth.min(2) * rows * columns * channels;
        let sums = if geometry.is_flat() { [vec![0.0; len], Vec::new()] } else { [vec![0.0; len], vec![0.0; len]] };
        Self { sparse, gradient, scale, input, held, sources: Sources::new(geometry.n_out, width), sums, rows, columns, channels }
    }

    /// Adds to the first pair what the blocks before it reach over.
    fn begin(&mut self, pair: usize) {
        if let Some(before) = pair.checked_sub(1).filter(|_| !self.sparse.geometry.is_flat()) {
            simd::run(Add { run: self, plane: before, halves: [None, Some(0)] });
        }
    }

    /// Adds what the pair's own blocks reach over, in the next pair only if that is wanted.
    fn compute(&mut self, pair: usize, wants_next: bool) {
        let geometry = &self.sparse.geometry;
        let [depth, ..] = geometry.output(self.input);
        if pair < depth {
            let next = (wants_next && !geometry.is_flat()).then_some(1);
            simd::run(Add { run: self, plane: pair, halves: [Some(0), next] });
        }
    }

    /// Makes the next pair this one.
    fn advance(&mut self) {
        self.sums.swap(0, 1);
        self.sums[1].fill(0.0);
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
            for y in 0..height {
                let from = (plane * self.rows + y + 1 + front_y) * self.columns;
                for channel in 0..geometry.n_in {
                    let start = self.held[1].row(channel, z, y, [height, width]);
                    // SAFETY: no other pair has this plane.
                    let row = unsafe { output.part(start..start + width) };
                    match &self.sparse.single {
                        Some(_) => Single::read_row(&self.sums[0][from..from + self.columns], 1 + front_x, row),
                        None => {
                            let from = (from + 1 + front_x) * self.channels + channel;
                            for (to, &value) in row.iter_mut().zip(self.sums[0][from..].iter().step_by(self.channels)) {
                                *to = value;
                            }
                        }
                    }
                }
            }
        }
    }

    /// Lists the voxels of a row of blocks that carry a gradient.
    #[inline(always)]
    fn collect(&mut self, plane: usize, y: usize) {
        let [_, height, width] = self.sparse.geometry.output(self.input);
        for (channel, &scale) in self.scale.iter().enumerate() {
            let start = self.held[0].row(channel, plane, y, [height, width]);
            let row = start..start + width;
            self.sources.set(channel, &self.gradient.values[row.clone()], &self.gradient.winners[row], scale);
        }
    }
}

/// Adds what the blocks of one plane reach over.
struct Add<'r, 'a> {
    run: &'r mut Run<'a>,
    plane: usize,
    /// To which of the run's pairs the lower and the upper half of it are added.
    halves: [Option<usize>; 2],
}

impl Job for Add<'_, '_> {
    #[inline(always)]
    unsafe fn run<S: Simd>(self) {
        let Self { run, plane, halves } = self;
        let [_, height, _] = run.sparse.geometry.output(run.input);
        let targets = Targets::new(&mut run.sums, halves, [run.rows, run.columns * run.channels]);
        for y in 0..height {
            run.collect(plane, y);
            // SAFETY: the caller's; nothing else uses the sums meanwhile, and there are two rows and columns more than blocks need.
            unsafe {
                match &run.sparse.single {
                    Some(single) => single.add_row::<S>(&run.sources, y, &targets),
                    None => add_row::<S>(run.sparse, &mut run.sources, y, run.channels, &targets),
                }
            }
        }
    }
}

/// Where the planes of sums lie that blocks reach over.
///
/// # Safety
/// Whoever writes to rows keeps to their length and holds no other reference to the sums.
pub struct Targets {
    planes: [Option<*mut f32>; 4],
    row_len: usize,
}

impl Targets {
    /// Of two pairs, planes × rows × `row_len`, to some of which the lower and the upper half of what blocks reach are added.
    fn new(pairs: &mut [Vec<f32>; 2], halves: [Option<usize>; 2], [rows, row_len]: [usize; 2]) -> Self {
        let planes = std::array::from_fn(|plane| {
            let pair = &mut pairs[halves[plane / 2]?];
            pair.get_mut(plane % 2 * rows * row_len..).filter(|rest| !rest.is_empty()).map(<[f32]>::as_mut_ptr)
        });
        Self { planes, row_len }
    }

    /// Whether none of these planes is wanted.
    #[inline(always)]
    pub fn lack(&self, planes: Range<usize>) -> bool {
        self.planes[planes].iter().all(Option::is_none)
    }

    /// A row of a plane, if that is wanted.
    #[inline(always)]
    pub fn row(&self, plane: usize, row: usize) -> Option<*mut f32> {
        self.planes[plane].map(|plane| plane.wrapping_add(row * self.row_len))
    }
}

/// Adds the kernels of a row of blocks.
///
/// # Safety
/// As [`Simd`] and [`Targets`].
#[inline(always)]
unsafe fn add_row<S: Simd>(sparse: &Sparse, sources: &mut Sources, y: usize, channels: usize, targets: &Targets) {
    let depth = sparse.geometry.kernel_depth;
    let run = 3 * channels;
    assert!(sparse.weight.len() == sparse.geometry.n_out * depth * 3 * run);
    for x in 0..sources.width() {
        for &Source { channel, gradient, offset } in sources.open(x) {
            let [dz, dy, dx] = [offset >> 2, (offset >> 1) & 1, offset & 1].map(|step| step as usize);
            // SAFETY: there are weights of all channels; runs are whole vectors, and so long are what they are added to.
            unsafe {
                let gradient = S::splat(gradient);
                let kernel = sparse.weight.as_ptr().add(channel as usize * depth * 3 * run);
                for tap in 0..depth {
                    let Some(rows) = targets.row(tap + dz, 2 * y + dy) else { continue };
                    let rows = rows.add((2 * x + dx) * channels);
                    for row in 0..3 {
                        let (from, to) = (kernel.add((tap * 3 + row) * run), rows.add(row * targets.row_len));
                        for index in (0..run).step_by(S::N) {
                            S::load(to.add(index)).add_product(gradient, S::load(from.add(index))).store(to.add(index));
                        }
                    }
                }
            }
        }
    }
}
