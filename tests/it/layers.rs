//! Every layer's backward pass against two oracles: finite differences, and burn's autodiff of the same forward pass.

use burn::tensor::{Device, Tensor, TensorData};
use maplens::network::layers::{BatchNorm, BatchNormParameters, Conv3d, Linear, PadMaxPool, Relu, SpatialLayer};

/// Layers are linear between their kinks, so a central difference is exact but for rounding: float32's 6e-8 of sums of
/// magnitude about 10, divided by the step, is below 1e-4.
const FINITE_DIFFERENCE: f64 = 5e-4;

/// Step of the finite differences. Inputs keep at least ten steps away from kinks.
const STEP: f32 = 1e-2;

/// Same operations in another order: some units in the last place of sums of a few hundred terms.
const AUTODIFF: f64 = 1e-5;

/// A reproducible sequence of values in −1…1.
struct Noise(u64);

impl Noise {
    fn values(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|_| self.next()).collect()
    }

    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f32 / (1u32 << 23) as f32 - 1.0
    }

    /// Values whose magnitudes and mutual distances are at least ten steps: a shuffled arithmetic sequence.
    fn apart(&mut self, n: usize) -> Vec<f32> {
        let mut values: Vec<f32> = (0..n).map(|i| (i as f32 - n as f32 / 2.0 + 0.5) * 10.0 * STEP).collect();
        for i in (1..n).rev() {
            values.swap(i, (self.next().abs() * i as f32) as usize);
        }
        values
    }
}

fn layers(device: &Device) -> Vec<(SpatialLayer, [usize; 4])> {
    let mut noise = Noise(7);
    let mut conv = |stride| SpatialLayer::Conv3d(Conv3d::new([3, 2], noise.values(3 * 2 * 27), noise.values(3), stride, device));
    let (plain, strided) = (conv(1), conv(2));
    let norm = BatchNormParameters { weight: vec![0.5, -1.5], bias: vec![0.1, 0.2], mean: vec![0.3, -0.4], variance: vec![0.25, 2.0] };
    vec![
        (plain, [2, 4, 5, 3]),
        (strided.clone(), [2, 4, 5, 6]),
        (strided, [2, 5, 4, 3]),
        (SpatialLayer::BatchNorm(BatchNorm::new(&norm, device)), [2, 3, 2, 3]),
        (SpatialLayer::Relu(Relu), [2, 3, 2, 3]),
        (SpatialLayer::PadMaxPool(PadMaxPool), [2, 4, 4, 4]),
        (SpatialLayer::PadMaxPool(PadMaxPool), [1, 3, 5, 3]),
        (SpatialLayer::PadMaxPool(PadMaxPool), [2, 3, 4, 5]),
    ]
}

/// All output rows of a layer from its whole input, the zero rows it asks for added.
fn forward(layer: &SpatialLayer, x: Tensor<5>) -> (Tensor<5>, maplens::network::layers::Kept) {
    let [_, c, d, h, w] = x.dims();
    let depth_out = layer.output_shape([c, d, h, w])[1] as isize;
    let rows = layer.input_rows(0..depth_out, [c, d, h, w]);
    layer.forward(maplens::network::feature_maps::pad_rows(
        x.clone().narrow(2, 0, rows.end.min(d as isize) as usize),
        &rows,
        &(0..rows.end.min(d as isize) as usize),
    ))
}

/// Gradient of `sum(weights · output)` with respect to the whole input.
fn own_gradient(layer: &SpatialLayer, x: Tensor<5>, weights: Tensor<5>) -> Vec<f32> {
    let [_, c, d, h, w] = x.dims();
    let (output, kept) = forward(layer, x);
    let rows = layer.input_rows(0..output.dims()[2] as isize, [c, d, h, w]);
    let gradient = layer.input_gradient(weights, &kept, [c, d, h, w]);
    let skipped = (-rows.start).max(0) as usize;
    let n_rows = (rows.end.min(d as isize) - rows.start.max(0)) as usize;
    let mut values: Vec<f32> = gradient.narrow(2, skipped, n_rows).into_data().try_into_vec().unwrap();
    if n_rows < d {
        // Rows that no output looks at have no gradient.
        let mut whole = vec![0.0; c * d * h * w];
        for channel in 0..c {
            whole[channel * d * h * w..][..n_rows * h * w].copy_from_slice(&values[channel * n_rows * h * w..][..n_rows * h * w]);
        }
        values = whole;
    }
    values
}

fn tensor(values: &[f32], [c, d, h, w]: [usize; 4], device: &Device) -> Tensor<5> {
    Tensor::from_data(TensorData::new(values.to_vec(), [1, c, d, h, w]), device)
}

#[test]
fn spatial_layers_agree_with_finite_differences() {
    let device = Device::flex();
    for (index, (layer, shape)) in layers(&device).iter().enumerate() {
        let mut noise = Noise(index as u64 + 100);
        let n = shape.iter().product();
        let x = noise.apart(n);
        let out = layer.output_shape(*shape);
        let weights = noise.values(out.iter().product());
        let gradient = own_gradient(layer, tensor(&x, *shape, &device), tensor(&weights, out, &device));
        let objective = |x: &[f32]| -> f64 {
            let output: Vec<f32> = forward(layer, tensor(x, *shape, &device)).0.into_data().try_into_vec().unwrap();
            output.iter().zip(&weights).map(|(&y, &w)| f64::from(y) * f64::from(w)).sum()
        };
        for voxel in 0..n {
            let shifted = |by: f32| {
                let mut x = x.clone();
                x[voxel] += by;
                (objective(&x), f64::from(x[voxel]))
            };
            let ((above, x_above), (below, x_below)) = (shifted(STEP), shifted(-STEP));
            let slope = (above - below) / (x_above - x_below);
            let difference = (slope - f64::from(gradient[voxel])).abs();
            let scale = gradient.iter().fold(1.0, |m: f64, &g| m.max(f64::from(g).abs()));
            assert!(
                difference <= FINITE_DIFFERENCE * scale,
                "{} {shape:?} voxel {voxel}: {slope} against {}",
                layer.name(),
                gradient[voxel]
            );
        }
    }
}

#[test]
fn spatial_layers_agree_with_autodiff() {
    let device = Device::flex().autodiff();
    for (index, (layer, shape)) in layers(&device).iter().enumerate() {
        let mut noise = Noise(index as u64 + 200);
        let values = noise.values(shape.iter().product());
        let out = layer.output_shape(*shape);
        let weights = tensor(&noise.values(out.iter().product()), out, &device);
        let x = tensor(&values, *shape, &device).require_grad();
        let (output, _) = forward(layer, x.clone());
        let gradients = (output * weights.clone()).sum().backward();
        let expected: Vec<f32> = x.grad(&gradients).unwrap().into_data().try_into_vec().unwrap();
        let found = own_gradient(layer, tensor(&values, *shape, &device), weights);
        let difference = crate::numerics::max_difference(&found, &expected) / crate::numerics::max_magnitude(&expected);
        assert!(difference <= AUTODIFF, "{} {shape:?}: {difference:e}", layer.name());
    }
}

#[test]
fn fully_connected_layers_agree_with_autodiff_however_they_are_cut() {
    let device = Device::flex().autodiff();
    let mut noise = Noise(3);
    let (weight, bias, x, g) = (noise.values(7 * 5), noise.values(7), noise.values(5), noise.values(7));
    let vector = |values: &[f32]| Tensor::<1>::from_floats(values, &device);
    let input = vector(&x).require_grad();
    let matrix = Tensor::<2>::from_data(TensorData::new(weight.clone(), [7, 5]), &device);
    let output = matrix.matmul(input.clone().reshape([5, 1])).reshape([7]) + vector(&bias);
    let gradients = (output.clone() * vector(&g)).sum().backward();
    let expected: Vec<f32> = input.grad(&gradients).unwrap().into_data().try_into_vec().unwrap();
    let expected_output: Vec<f32> = output.into_data().try_into_vec().unwrap();
    for max_rows in [1, 2, 3, 7, 100] {
        let layer = Linear::new([7, 5], weight.clone(), bias.clone(), max_rows, &device);
        let found: Vec<f32> = layer.forward(vector(&x)).into_data().try_into_vec().unwrap();
        assert!(crate::numerics::max_difference(&found, &expected_output) <= AUTODIFF);
        let found: Vec<f32> = layer.input_gradient(vector(&g)).into_data().try_into_vec().unwrap();
        assert!(crate::numerics::max_difference(&found, &expected) <= AUTODIFF);
    }
}

#[test]
fn a_tie_in_a_pooling_block_sends_the_gradient_to_the_first_in_scan_order() {
    let device = Device::flex();
    let shape = [1, 2, 2, 2];
    let gradient_of =
        |x: [f32; 8]| own_gradient(&SpatialLayer::PadMaxPool(PadMaxPool), tensor(&x, shape, &device), tensor(&[1.0], [1; 4], &device));
    let one_at = |index: usize| (0..8).map(|i| f32::from(u8::from(i == index))).collect::<Vec<_>>();
    assert_eq!(gradient_of([0.0; 8]), one_at(0));
    assert_eq!(gradient_of([0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]), one_at(2));
    assert_eq!(gradient_of([0.0, 0.0, 0.0, 0.0, 0.0, 2.0, 2.0, 0.0]), one_at(5));
}

#[test]
fn the_zero_in_front_of_an_odd_axis_swallows_the_gradient_where_it_wins() {
    let device = Device::flex();
    let pool = SpatialLayer::PadMaxPool(PadMaxPool);
    let gradient = own_gradient(&pool, tensor(&[-1.0], [1; 4], &device), tensor(&[1.0], [1; 4], &device));
    assert_eq!(gradient, [0.0]);
    let gradient = own_gradient(&pool, tensor(&[1.0], [1; 4], &device), tensor(&[1.0], [1; 4], &device));
    assert_eq!(gradient, [1.0]);
}
