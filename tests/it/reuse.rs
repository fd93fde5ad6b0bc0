//! Questions that follow each other about one input: what is walked again, and that the numbers are those of a fresh walk.

use std::cell::Cell;

use burn::tensor::Device;
use maplens::attribution::{SaliencyMap, explain, explain_pass};
use maplens::network::{FeatureMaps, ForwardPass, Network, NetworkError, WorkLimits};
use maplens::pace::{LocalFuture, Pace, Stage, Stopped, Unpaced};
use maplens::protocol::{Convention, Method, Question};

use crate::numerics::fixture;

const CONV5: &str = "image_sr5_conv5__s0_loss__sub-TRIV24_image-0__gd_n0";
/// Residual blocks, two axes, an average pooling at the end.
const RESNET18: &str = "slice_sag_resnet18__s0_loss__sub-TRIV24_slice-3__gd_n0";

/// The first module of the second, third, fourth and fifth convolution of Conv5_FC3: 4, 8, 12, 16. Maps are kept where they
/// are small enough together.
const LATE_BLOCK: usize = 16;

/// Counts the steps of each direction, and stops at the one that `left` runs out at.
struct Count {
    forward: Cell<u64>,
    backward: Cell<u64>,
    left: Cell<u64>,
}

impl Count {
    fn new(left: u64) -> Self {
        Self { forward: Cell::new(0), backward: Cell::new(0), left: Cell::new(left) }
    }
}

impl Pace for Count {
    fn step(&self, stage: Stage, _done: u64, _total: u64) -> LocalFuture<'_, Result<(), Stopped>> {
        let counter = if stage == Stage::Forward { &self.forward } else { &self.backward };
        counter.set(counter.get() + 1);
        let outcome = if self.left.get() == 0 { Err(Stopped) } else { Ok(()) };
        self.left.set(self.left.get().saturating_sub(1));
        Box::pin(std::future::ready(outcome))
    }
}

/// A network with an input on its device.
struct Place {
    network: Network,
    input: FeatureMaps,
}

impl Place {
    fn of(id: &str) -> Self {
        let case = fixture::cases().into_iter().find(|case| case.id == id).unwrap();
        let network = pollster::block_on(case.network(&Device::flex(), WorkLimits::CPU));
        let (shape, values) = case.input();
        let input = network.upload(&shape, values).unwrap();
        Self { network, input }
    }

    fn pass(&self, method: Method, pace: &dyn Pace) -> ForwardPass {
        pollster::block_on(self.network.forward(&self.input, method.first_level(), pace, None)).unwrap()
    }

    fn fresh(&self, method: Method, target: usize, pace: &dyn Pace) -> SaliencyMap {
        pollster::block_on(explain(&self.network, &self.input, Question::map(method, target, Convention::Clinicadl161), pace, None))
            .unwrap()
    }

    fn next(&self, pass: &mut ForwardPass, method: Method, target: usize, pace: &dyn Pace) -> Result<SaliencyMap, NetworkError> {
        pollster::block_on(explain_pass(&self.network, pass, Question::map(method, target, Convention::Clinicadl161), pace, None))
    }

    /// Gradients and Grad-CAM at every level.
    fn methods(&self) -> Vec<Method> {
        let levels = (1..=self.network.levels().len()).map(|level| Method::GradCam { level: Some(level) });
        [Method::Gradients, Method::GradCam { level: None }].into_iter().chain(levels).collect()
    }
}

#[test]
fn another_target_walks_only_backwards() {
    for id in [CONV5, RESNET18] {
        let place = Place::of(id);
        for method in place.methods().into_iter().step_by(3) {
            let mut pass = place.pass(method, &Unpaced);
            let first = place.next(&mut pass, method, 0, &Unpaced).unwrap();
            let count = Count::new(u64::MAX);
            let second = place.next(&mut pass, method, 1, &count).unwrap();
            assert_eq!(count.forward.get(), 0, "{id} {method:?}");
            assert_eq!(second, place.fresh(method, 1, &Unpaced), "{id} {method:?}");
            assert_ne!(first.values, second.values, "{id} {method:?}");
        }
    }
}

#[test]
fn any_question_after_any_other_has_the_bits_of_a_fresh_walk() {
    for id in [CONV5, RESNET18] {
        let place = Place::of(id);
        let methods = place.methods();
        let fresh: Vec<SaliencyMap> = methods.iter().map(|&method| place.fresh(method, 1, &Unpaced)).collect();
        for &first in methods.iter().step_by(4) {
            let mut pass = place.pass(first, &Unpaced);
            // Forwards, backwards, and with a cut in between.
            for index in (0..methods.len()).step_by(3).chain((0..methods.len()).rev().step_by(2)) {
                let map = place.next(&mut pass, methods[index], 1, &Unpaced).unwrap();
                assert_eq!(map, fresh[index], "{id}: {:?} in a sequence that {first:?} began", methods[index]);
            }
        }
    }
}

#[test]
fn another_level_starts_from_the_maps_that_were_kept() {
    let place = Place::of(CONV5);
    let whole = Count::new(u64::MAX);
    let mut pass = place.pass(Method::GradCam { level: None }, &whole);
    let again = Count::new(u64::MAX);
    place.next(&mut pass, Method::GradCam { level: Some(LATE_BLOCK) }, 0, &again).unwrap();
    assert!(again.forward.get() > 0 && 3 * again.forward.get() < whole.forward.get(), "{:?} of {:?}", again.forward, whole.forward);
    // From the input on everything is kept: no level whose maps were kept needs a step.
    let mut pass = place.pass(Method::Gradients, &Unpaced);
    let again = Count::new(u64::MAX);
    for level in [LATE_BLOCK, place.network.levels().len()] {
        place.next(&mut pass, Method::GradCam { level: Some(level) }, 0, &again).unwrap();
    }
    place.next(&mut pass, Method::Gradients, 1, &again).unwrap();
    assert_eq!(again.forward.get(), 0);
}

#[test]
fn a_pass_that_was_stopped_anywhere_still_answers() {
    let place = Place::of(CONV5);
    let (cut, first) = (Method::GradCam { level: Some(6) }, Method::GradCam { level: None });
    let [of_cut, of_first] = [cut, first].map(|method| place.fresh(method, 1, &Unpaced));
    let mut n_stopped = 0;
    for left in 0.. {
        let mut pass = place.pass(first, &Unpaced);
        match place.next(&mut pass, cut, 1, &Count::new(left)) {
            Err(error) => assert_eq!(error, NetworkError::Stopped),
            Ok(_) => break,
        }
        n_stopped += 1;
        assert_eq!(place.next(&mut pass, first, 1, &Unpaced).unwrap(), of_first, "stopped after {left} steps");
        assert_eq!(place.next(&mut pass, cut, 1, &Unpaced).unwrap(), of_cut, "stopped after {left} steps");
    }
    assert!(n_stopped > 3, "stopped {n_stopped} times");
}
