//! Which architectures are understood, what they are called in words, and how a checkpoint or maps.json that does not fit is refused.

use burn::tensor::Device;
use maplens::attribution::explain;
use maplens::maps::{
    Maps, MapsConfig, RandomArchitecture, RandomBlock, RandomNormalization::Batch, RandomReduction::MaxPooling, RandomReduction::Stride,
};
use maplens::network::{Architecture, Built, Network, NetworkError, WorkLimits};
use maplens::pace::Unpaced;
use maplens::protocol::{Convention, Method, Question};
use maplens::torch_file::StateDict;
use pollster::block_on;

use crate::numerics::{self, fixture};

/// Configuration and weights of a model among the fixtures.
fn model(maps: &str) -> (MapsConfig, StateDict) {
    block_on(async {
        let tree = fixture::maps_tree(maps).await;
        let maps = Maps::open(&tree).await.unwrap();
        let checkpoint = maps.read_checkpoint(&tree, 0, "loss").await.unwrap();
        (maps.config, checkpoint.state_dict)
    })
}

fn build(config: &MapsConfig, weights: &StateDict) -> Result<Built, NetworkError> {
    block_on(Architecture::of(config)?.build(&config.input_size, weights, &Device::flex(), WorkLimits::CPU, &Unpaced))
}

/// The weights under names that `rename` gives.
fn renamed(weights: &StateDict, rename: impl Fn(&str) -> Vec<String>) -> StateDict {
    weights.iter().flat_map(|(name, tensor)| rename(name).into_iter().map(move |new| (new, tensor.clone()))).collect()
}

fn level_names(network: &Network) -> Vec<String> {
    let level = |level: maplens::network::Level| format!("{} {:?}", level.layer, level.shape);
    network.levels().into_iter().map(level).collect()
}

#[test]
fn levels_are_named_and_have_the_axes_of_the_input() {
    let levels = |maps| {
        let (config, weights) = model(maps);
        level_names(&build(&config, &weights).unwrap().network)
    };
    assert_eq!(
        levels("maps/slice_cor_all")[..4],
        ["convolution 3×3 [8, 169, 179]", "batch normalisation [8, 169, 179]", "ReLU [8, 169, 179]", "max pooling 2×2 [8, 85, 90]",]
    );
    assert_eq!(
        levels("maps/image_sr5_random_in"),
        [
            "block of 2 convolutions, the last of stride 2 [4, 16, 20, 16]",
            "block of 2 convolutions + max pooling [8, 8, 10, 8]",
            "block of 1 convolution, stride 2 [16, 4, 5, 4]",
        ]
    );
    assert_eq!(
        levels("maps/slice_sag_resnet18.tar.gz"),
        [
            "convolution 7×7, stride 2 [64, 104, 90]",
            "batch normalisation [64, 104, 90]",
            "ReLU [64, 104, 90]",
            "max pooling 3×3 [64, 52, 45]",
            "layer 1: 2 residual blocks [64, 52, 45]",
            "layer 2: 2 residual blocks [128, 26, 23]",
            "layer 3: 2 residual blocks [256, 13, 12]",
            "layer 4: 2 residual blocks [512, 7, 6]",
            "average over the whole image [512, 1, 1]",
        ]
    );
    assert_eq!(levels("../fixtures_full/maps/image_resnet3d.tar.gz")[4], "residual block + max pooling 3×3×3 [128, 4, 5, 4]");
    assert_eq!(levels("../fixtures_full/maps/image_secnn.tar.gz")[0], "squeeze-excitation block + max pooling 3×3×3 [8, 84, 103, 89]");
}

#[test]
fn parameters_are_counted_as_torch_does() {
    let n_parameters = |maps| {
        let (config, weights) = model(maps);
        build(&config, &weights).unwrap().network.n_parameters()
    };
    assert_eq!(n_parameters("maps/slice_sag_resnet18.tar.gz"), 11_691_514);
    assert_eq!(n_parameters("../fixtures_full/maps/image_resnet3d.tar.gz"), 3_517_314);
    assert_eq!(n_parameters("../fixtures_full/maps/image_secnn.tar.gz"), 3_523_049);
}

#[test]
fn every_trained_fixture_is_used_up() {
    for maps in ["maps/image_sr5_random_bn", "maps/roi_random_plain", "maps/slice_random_bn2d.tar.gz", "maps/slice_sag_resnet18.tar.gz"] {
        let (config, weights) = model(maps);
        let built = build(&config, &weights).unwrap();
        assert_eq!((built.unused_keys, built.unused_heads), (vec![], vec![]), "{maps}");
    }
}

/// No checkpoint of it was at hand: Conv5_FC3 under its names is what its target head computes.
#[test]
fn the_target_head_of_a_domain_adaptation_network_is_explained_and_the_others_are_known() {
    let (mut config, weights) = model("maps/image_sr5_conv5");
    let heads = |name: &str| match name.strip_prefix("fc.") {
        Some(rest) => ["fc_class_source", "fc_class_target", "fc_domain"].map(|head| format!("{head}.{rest}")).to_vec(),
        None => vec![name.to_owned()],
    };
    let weights = renamed(&weights, heads);
    config.architecture = "Conv5_FC3_SSDA".to_owned();
    let built = build(&config, &weights).unwrap();
    assert_eq!(built.unused_keys, Vec::<String>::new());
    assert_eq!(built.unused_heads, ["fc_class_source", "fc_domain"]);
    let cases = fixture::cases();
    let case = cases.iter().find(|case| case.id == "image_sr5_conv5__s0_loss__sub-TRIV24_image-0__gd_n1").unwrap();
    block_on(numerics::check(case, &built.network, numerics::CPU)).unwrap();
}

#[test]
fn what_a_transfer_left_in_the_checkpoint_is_told_and_does_no_harm() {
    let (config, weights) = model("maps/image_sr5_conv5");
    let left = |name: &str| match name.strip_prefix("convolutions.0.") {
        Some(rest) => vec![name.to_owned(), format!("encoder.0.{rest}"), format!("decoder.1.{rest}")],
        None => vec![name.to_owned()],
    };
    let built = build(&config, &renamed(&weights, left)).unwrap();
    assert_eq!(built.unused_keys, ["decoder.1.bias", "decoder.1.weight", "encoder.0.bias", "encoder.0.weight"]);
}

#[test]
fn a_strided_network_of_slices_is_built_from_the_same_layers() {
    let (mut config, weights) = model("maps/slice_cor_all");
    config.architecture = "Stride_Conv5_FC3".to_owned();
    let strided = |name: &str| match name.strip_prefix("convolutions.").and_then(|rest| rest.split_once('.')) {
        Some((index, rest)) => {
            let index: usize = index.parse().unwrap();
            vec![format!("convolutions.{}.{rest}", index - index / 4)]
        }
        None => vec![name.to_owned()],
    };
    let network = build(&config, &renamed(&weights, strided)).unwrap().network;
    assert_eq!(
        level_names(&network)[12..],
        ["convolution 3×3, stride 2 [128, 6, 6]", "batch normalisation [128, 6, 6]", "ReLU [128, 6, 6]"]
    );
    let (shape, values) = fixture::cases().into_iter().find(|case| case.id.starts_with("slice_cor_all")).unwrap().input();
    let input = network.upload(&shape, values).unwrap();
    let map = block_on(explain(&network, &input, Question::map(Method::Gradients, 0, Convention::Clinicadl161), &Unpaced, None)).unwrap();
    assert_eq!(map.shape, [1, 169, 179]);
    assert!(map.values.iter().all(|v| v.is_finite()) && map.values.iter().any(|&v| v != 0.0));
}

#[test]
fn other_architectures_are_refused_with_what_they_are() {
    let (mut config, _) = model("maps/image_sr5_conv5");
    let mut refusal = |name: &str| {
        config.architecture = name.to_owned();
        Architecture::of(&config).unwrap_err().to_string()
    };
    let supported = "cannot be explained here; supported are Conv5_FC3, Conv4_FC3, Stride_Conv5_FC3, resnet18, ResNet3D, \
                     SqueezeExcitationCNN, RandomArchitecture, Conv5_FC3_SSDA";
    assert_eq!(refusal("ViT"), format!("architecture ViT {supported}"));
    let image = "whose output is an image and no node,";
    assert_eq!(refusal("AE_Conv5_FC3"), format!("architecture AE_Conv5_FC3, an autoencoder, {image} {supported}"));
    assert_eq!(refusal("CVAE_3D"), format!("architecture CVAE_3D, a variational autoencoder, {image} {supported}"));
    assert_eq!(refusal("GeneratorUNet"), format!("architecture GeneratorUNet, a generator, {image} {supported}"));
    let unknown_layers = refusal("RandomArchitecture");
    assert_eq!(unknown_layers, "maps.json does not say which layers were drawn for this RandomArchitecture");
}

#[test]
fn an_input_that_the_architecture_cannot_take_is_refused_with_numbers() {
    let (mut config, weights) = model("../fixtures_full/maps/image_resnet3d.tar.gz");
    let mut refusal = |input_size: &[usize]| {
        config.input_size = input_size.to_vec();
        build(&config, &weights).unwrap_err().to_string()
    };
    let slices = refusal(&[3, 208, 179]);
    assert_eq!(slices, "ResNet3D takes channels × 3 axes of at least one voxel, not the input_size [3, 208, 179] of maps.json");
    for impossible in [vec![], vec![1, 2], vec![1, 0, 5, 5], vec![1, usize::MAX, usize::MAX, 2], vec![1, 1 << 20, 1 << 20, 1 << 20]] {
        assert!(refusal(&impossible).contains("of at least one voxel"), "{impossible:?}");
    }
    let small = refusal(&[1, 40, 40, 40]);
    assert_eq!(small, "an input of 1×40×40×40 is too small for ResNet3D: its layers leave no voxel of it");
    let other = refusal(&[1, 80, 96, 80]);
    assert_eq!(other, "the checkpoint does not fit ResNet3D: fc.1.weight is 256×10240 instead of any×256");
}

#[test]
fn weights_that_do_not_fit_each_other_are_refused_by_name() {
    let (config, weights) = model("maps/slice_sag_resnet18.tar.gz");
    let swapped = renamed(&weights, |name| vec![name.replace("convolutions.5.0.downsample", "convolutions.6.0.downsample")]);
    let error = build(&config, &swapped).unwrap_err().to_string();
    assert_eq!(error, "the checkpoint does not fit resnet18: convolutions.5.0.downsample.0.weight is missing");
    let (config, weights) = model("maps/roi_random_plain");
    let error = build(&MapsConfig { input_size: vec![2, 50, 50, 50], ..config }, &weights).unwrap_err().to_string();
    let expected = "the checkpoint does not fit RandomArchitecture: convolutions.conv0.0.weight is 8×1×3×3×3 instead of any×2×3×3×3";
    assert_eq!(error, expected);
}

const RANDOM: &str = r#"{"architecture": "RandomArchitecture", "network_task": "classification", "mode": "image", "output_size": 2,
    "input_size": [1, 32, 40, 32], "preprocessing_dict": {"preprocessing": "t1-linear", "mode": "image"},
    "convolutions_dict": {"conv10": {"in_channels": 8, "out_channels": 16, "n_conv": 2, "d_reduction": "stride"},
                          "conv2": {"in_channels": null, "out_channels": 8, "n_conv": 1, "d_reduction": "MaxPooling"}},
    "n_fcblocks": 3, "network_normalization": "BatchNorm"}"#;

#[test]
fn drawn_blocks_come_in_the_order_of_their_numbers() {
    let (config, _) = MapsConfig::parse("maps.json", RANDOM.as_bytes()).unwrap();
    let block = |name: &str, out_channels, n_conv, reduction| RandomBlock { name: name.to_owned(), out_channels, n_conv, reduction };
    let blocks = vec![block("conv2", 8, 1, MaxPooling), block("conv10", 16, 2, Stride)];
    assert_eq!(config.random_architecture, Some(RandomArchitecture { blocks, n_fc_blocks: 3, normalization: Batch }));
}

#[test]
fn a_damaged_random_architecture_is_refused_with_file_and_key() {
    let cases = [
        ("\"n_conv\": 2, ", "", "maps.json: key \"n_conv\" is missing"),
        (
            "\"n_conv\": 2",
            "\"n_conv\": 4000000000",
            "maps.json: key \"n_conv\" is 4000000000, but a whole number from 1 to 100 was expected",
        ),
        ("\"stride\"", "\"average\"", "maps.json: key \"d_reduction\" is \"average\", but \"MaxPooling\" or \"stride\" was expected"),
        ("\"out_channels\": 16, ", "", "maps.json: key \"out_channels\" is missing"),
        ("\"n_fcblocks\": 3, ", "", "maps.json: key \"n_fcblocks\" is missing"),
        (
            "\"BatchNorm\"",
            "\"Layer\"",
            "maps.json: key \"network_normalization\" is \"Layer\", but \"BatchNorm\", \"InstanceNorm\" or null was expected",
        ),
        ("convolutions_dict", "convolutions", "maps.json: key \"convolutions_dict\" is missing"),
    ];
    for (from, to, expected) in cases {
        let json = RANDOM.replace(from, to);
        assert_ne!(json, RANDOM, "{from}");
        let error = MapsConfig::parse("maps.json", json.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let unnumbered = MapsConfig::parse("maps.json", RANDOM.replace("conv10", "block").as_bytes()).unwrap_err().to_string();
    assert!(unnumbered.ends_with("an object with the keys conv0, conv1 and so on was expected"), "{unnumbered}");
}

#[test]
fn the_conventions_differ_only_for_grad_cam() {
    let grad_cam = Method::GradCam { level: None };
    assert_eq!((Method::Gradients.difference(2), Method::Gradients.difference(3)), (None, None));
    assert!(grad_cam.difference(3).is_some_and(|line| line.contains("first two axes only")));
    assert!(grad_cam.difference(2).is_some_and(|line| !line.contains("axes")));
}
