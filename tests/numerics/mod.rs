//! The fixtures of all networks, computed by the library and compared with what ClinicaDL 1.6.1 wrote.
//!
//! Shared by the native tests (`tests/it`) and the browser tests (`tests/web.rs`), which run the same cases on the same
//! numbers; only the device differs.

pub mod fixture;
pub mod fused_blocks;
pub mod near_ties;

use maplens::attribution::{self, SaliencyMap};
use maplens::network::Network;
use maplens::pace::Unpaced;
use maplens::protocol::{Convention, Method, Question};

use fixture::Case;

/// How close a device must come.
#[derive(Debug, Clone, Copy)]
pub struct Tolerance {
    /// Largest difference of a map, in units of its largest magnitude.
    pub map: f64,
    /// Largest difference of logits, in units of the largest logit's magnitude.
    pub logits: f64,
}

/// On the CPU. PyTorch's own float32 rounding is up to 1.4e-6 on these cases (`fp32_vs_fp64_max_rel`), and a different
/// order of summation may add as much; ten times that would already be an error.
pub const CPU: Tolerance = Tolerance { map: 1e-5, logits: 1e-5 };

/// On WebGPU, whose shader compilers may contract and reorder float32 arithmetic.
#[allow(dead_code, reason = "only the browser tests have a GPU")]
pub const WEBGPU: Tolerance = Tolerance { map: 1e-4, logits: 1e-4 };

/// Both devices: smallest cosine between map and expectation.
const MIN_COSINE: f64 = 0.999_999;

/// Computes a case and compares it. The error names the case and by how much it misses.
pub async fn check(case: &Case, network: &Network, tolerance: Tolerance) -> Result<(), String> {
    let (shape, values) = case.input();
    compare(case, &explain_input(case, network, (&shape, &values)).await, tolerance)
}

/// The saliency map of a case for an input of this shape (channels, then axes).
pub async fn explain_input(case: &Case, network: &Network, (shape, values): (&[usize], &[f32])) -> SaliencyMap {
    let input = network.upload(shape, values.to_vec()).expect("the fixture's input fits");
    let map =
        attribution::explain(network, &input, Question::map(case.method, case.target, Convention::Clinicadl161), &Unpaced, None).await;
    map.expect("the map is computed")
}

/// Compares a map and its logits with a case. The error names the case and by how much it misses.
pub fn compare(case: &Case, map: &SaliencyMap, tolerance: Tolerance) -> Result<(), String> {
    let voxels = case.sampling.voxels(&map.shape);
    let found: Vec<f32> = voxels.iter().map(|&voxel| map.values[index_of(voxel, fixture::with_three_axes(&map.shape))]).collect();
    let expected = case.expected();
    if found.len() != expected.len() {
        return Err(format!("{}: {} values instead of {}", case.id, found.len(), expected.len()));
    }
    let ties = near_ties::of(&case.id);
    let decided = |voxel: &[usize; 4]| ties.as_ref().is_none_or(|ties| !ties.reach(voxel));
    let kept: Vec<usize> = (0..voxels.len()).filter(|&index| decided(&voxels[index])).collect();
    let errors = relative_errors(&kept, &found, &expected);
    let n_outliers = errors.iter().filter(|error| error.is_nan() || **error > tolerance.map).count();
    let allowed = ties.map_or(0.0, |ties| ties.outlier_share) * errors.len() as f64;
    let inliers: Vec<usize> = kept.iter().zip(&errors).filter(|(_, error)| **error <= tolerance.map).map(|(&index, _)| index).collect();
    let pick = |values: &[f32]| inliers.iter().map(|&index| values[index]).collect::<Vec<_>>();
    let cosine = cosine(&pick(&found), &pick(&expected));
    let logits_error = case.logits.as_ref().map_or(0.0, |logits| max_difference(&map.logits, logits) / max_magnitude(logits));
    if n_outliers as f64 <= allowed && cosine >= MIN_COSINE && logits_error <= tolerance.logits {
        return Ok(());
    }
    let worst = errors.iter().copied().fold(0.0, nan_wins);
    Err(format!(
        "{}: map off by {worst:.2e} ({n_outliers} of {} voxels), cosine {cosine:.8}, logits off by {logits_error:.2e}",
        case.id,
        errors.len()
    ))
}

fn relative_errors(kept: &[usize], found: &[f32], expected: &[f32]) -> Vec<f64> {
    let scale = max_magnitude(expected);
    kept.iter().map(|&index| (f64::from(found[index]) - f64::from(expected[index])).abs() / scale).collect()
}

fn index_of([c, d, h, w]: [usize; 4], [_, depth, height, width]: [usize; 4]) -> usize {
    ((c * depth + d) * height + h) * width + w
}

/// Largest |a − b|.
pub fn max_difference(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(&a, &b)| (f64::from(a) - f64::from(b)).abs()).fold(0.0, nan_wins)
}

/// Largest |a|.
pub fn max_magnitude(a: &[f32]) -> f64 {
    a.iter().map(|&a| f64::from(a).abs()).fold(0.0, nan_wins)
}

/// Cosine of the angle between two vectors.
pub fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |x: &[f32], y: &[f32]| x.iter().zip(y).map(|(&x, &y)| f64::from(x) * f64::from(y)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}

/// A NaN must not disappear in a maximum.
fn nan_wins(so_far: f64, value: f64) -> f64 {
    if value.is_nan() || so_far.is_nan() { f64::NAN } else { so_far.max(value) }
}

/// The method of a manifest entry.
pub fn method(name: &str, level: Option<usize>) -> Method {
    match name {
        "gradients" => Method::Gradients,
        _ => Method::GradCam { level },
    }
}
