//! Networks against ClinicaDL's own maps, on the CPU.

use burn::tensor::Device;
use maplens::attribution::explain;
use maplens::network::{KernelChoice, Network, NetworkError, WorkLimits};
use maplens::pace::{LocalFuture, Pace, Stage, Stopped, Unpaced};
use maplens::protocol::{Convention, Method, Question};
use maplens::volume::nifti;

use crate::fixtures;
use crate::numerics::{self, CPU, fixture};

/// A device whose largest binding is tiny, so that every layer of the small fixtures is cut into slabs and pieces.
const TIGHT: WorkLimits = WorkLimits { max_tensor_bytes: 1 << 20, max_work: 2_000_000, kernels: KernelChoice::Stock, ..WorkLimits::CPU };

#[test]
fn every_fixture_matches_clinicadl_on_the_cpu() {
    check_all(WorkLimits::CPU, |_| true);
}

#[test]
fn every_fixture_matches_clinicadl_when_no_tensor_may_exceed_a_mebibyte() {
    // Layers that are no block of the kernels decide in float32.
    check_all(TIGHT, |case| !case.needs_float64());
}

fn check_all(limits: WorkLimits, wanted: impl Fn(&fixture::Case) -> bool) {
    let misses = pollster::block_on(async {
        let mut misses = Vec::new();
        let mut network: Option<((String, u32, String), Network)> = None;
        for case in fixture::cases().into_iter().filter(|case| wanted(case)) {
            if network.as_ref().is_none_or(|(key, _)| *key != case.network_key()) {
                network = Some((case.network_key(), case.network(&Device::flex(), limits).await));
            }
            let (_, network) = network.as_ref().unwrap();
            misses.extend(numerics::check(&case, network, CPU).await.err());
        }
        misses
    });
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn the_full_resolution_conv4_matches_clinicadl() {
    check_full_size("Conv4_FC3", 2);
}

#[test]
fn the_full_resolution_resnet_matches_clinicadl() {
    check_full_size("ResNet3D", 3);
}

#[test]
fn the_full_resolution_squeeze_excitation_network_matches_clinicadl() {
    check_full_size("SqueezeExcitationCNN", 3);
}

fn check_full_size(network: &str, n_cases: usize) {
    let image = nifti::read("sub-TRIV24.nii.gz", &fixtures::bytes(fixtures::TRIV24_NIFTI)).unwrap();
    let cases = fixture::full_size_cases(network);
    assert_eq!(cases.len(), n_cases);
    let misses = pollster::block_on(async {
        let transformed = cases[0].transforms().await.apply(image).unwrap().volume;
        let [d, h, w] = transformed.shape();
        let network = cases[0].network(&Device::flex(), WorkLimits::CPU).await;
        let mut misses = Vec::new();
        for case in &cases {
            let map = numerics::explain_input(case, &network, (&[1, d, h, w], transformed.data())).await;
            misses.extend(numerics::compare(case, &map, CPU).err());
        }
        misses
    });
    assert!(misses.is_empty(), "{}", misses.join("\n"));
}

#[test]
fn a_level_beyond_the_last_means_the_last() {
    let case = fixture::cases().into_iter().find(|case| case.id.ends_with("sub-TRIV24_image-0__gc_n0_l25")).unwrap();
    assert_eq!(case.method, Method::GradCam { level: Some(25) });
    let network = pollster::block_on(case.network(&Device::flex(), WorkLimits::CPU));
    assert_eq!(network.levels().len(), 20);
    pollster::block_on(numerics::check(&case, &network, CPU)).unwrap();
}

#[test]
fn corrected_grad_cam_is_the_papers_and_not_clinicadls() {
    let case = fixture::cases().into_iter().find(|case| case.id.ends_with("sub-TRIV24_image-0__gc_n0_l8")).unwrap();
    let network = pollster::block_on(case.network(&Device::flex(), TIGHT));
    let (shape, values) = case.input();
    let input = network.upload(&shape, values).unwrap();
    let map = |convention| {
        let job = explain(&network, &input, Question::map(case.method, case.target, convention), &Unpaced, None);
        pollster::block_on(job).unwrap().values
    };
    let (exact, corrected) = (map(Convention::Clinicadl161), map(Convention::Corrected));
    assert!(exact.iter().any(|&v| v < 0.0), "ClinicaDL keeps negative values");
    assert!(corrected.iter().all(|&v| v >= 0.0), "the paper rectifies");
    assert!(numerics::cosine(&exact, &corrected) < 0.999, "the pooling differs");
}

#[test]
fn a_missing_node_and_a_wrong_input_are_refused_with_numbers() {
    let case = fixture::cases().into_iter().find(|case| case.id.contains("sr5_conv5")).unwrap();
    let network = pollster::block_on(case.network(&Device::flex(), WorkLimits::CPU));
    let (shape, values) = case.input();
    let input = network.upload(&shape, values).unwrap();
    let job = explain(&network, &input, Question::map(Method::Gradients, 2, Convention::Clinicadl161), &Unpaced, None);
    let error = pollster::block_on(job).unwrap_err();
    assert_eq!(error.to_string(), "output node 2 does not exist: the network has nodes 0 to 1");
    let error = network.upload(&[1, 2, 3, 4], vec![0.0; 24]).unwrap_err();
    assert_eq!(error.to_string(), "the network takes an input of 1×32×40×32 but the image gives 1×2×3×4");
}

#[test]
fn a_device_too_small_for_one_row_is_refused_with_numbers() {
    let case = fixture::cases().into_iter().find(|case| case.id.contains("sr5_conv5")).unwrap();
    let network = pollster::block_on(
        case.network(&Device::flex(), WorkLimits { max_tensor_bytes: 32 << 10, kernels: KernelChoice::Stock, ..WorkLimits::CPU }),
    );
    let (shape, values) = case.input();
    let input = network.upload(&shape, values).unwrap();
    let job = explain(&network, &input, Question::map(Method::Gradients, 0, Convention::Clinicadl161), &Unpaced, None);
    let error = pollster::block_on(job).unwrap_err();
    assert!(matches!(error, NetworkError::TooLargeForDevice { limit: 32_768, needed } if needed > 32_768), "{error}");
}

#[test]
fn a_stop_ends_the_walk_at_the_next_step() {
    let case = fixture::cases().into_iter().find(|case| case.id.contains("sr5_conv5")).unwrap();
    let network = pollster::block_on(case.network(&Device::flex(), WorkLimits::CPU));
    let (shape, values) = case.input();
    let input = network.upload(&shape, values).unwrap();
    let job = explain(&network, &input, Question::map(Method::Gradients, 0, Convention::Clinicadl161), &StopAtOnce, None);
    assert_eq!(pollster::block_on(job).unwrap_err(), NetworkError::Stopped);
}

struct StopAtOnce;

impl Pace for StopAtOnce {
    fn step(&self, _stage: Stage, _done: u64, _total: u64) -> LocalFuture<'_, Result<(), Stopped>> {
        Box::pin(std::future::ready(Err(Stopped)))
    }
}
