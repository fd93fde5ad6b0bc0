//! Commands that are refused: the sentence, the exit code, and that nothing is written.

use serde_json::json;

use super::refusals::{FAILURE, Refusals, USAGE};
use super::{CAPS, SMALL, Sandbox, repository};

#[test]
fn usage() {
    let sandbox = Sandbox::with_small("errors_usage");
    sandbox.write("empty/notes.txt", "nothing");
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |command: &str, expected: &str| refused.expect(command, USAGE, expected);
    expect("interpret nowhere test a gradients", "invalid value 'nowhere' for '<INPUT_MAPS_DIRECTORY>': there is no such file or folder");
    expect(
        "interpret participants.tsv test a gradients",
        "invalid value 'participants.tsv' for '<INPUT_MAPS_DIRECTORY>': this is a file, and a folder is needed: unpack it first \
         if it is an archive",
    );
    expect(&format!("interpret {SMALL} test a lime"), "invalid value 'lime' for '<METHOD>'");
    expect(&format!("interpret {SMALL} test a"), "the following required arguments were not provided:");
    expect(
        &format!("interpret {SMALL} test a grad-cam --level_grad_cam 0"),
        "invalid value '0' for '--level_grad_cam <LEVEL_GRAD_CAM>': levels are whole numbers from 1",
    );
    expect(
        &format!("interpret {SMALL} test a gradients --caps_directory nowhere"),
        "invalid value 'nowhere' for '--caps_directory <CAPS_DIRECTORY>': there is no such file or folder",
    );
    expect(
        &format!("interpret {SMALL} test a gradients --participants_tsv nowhere.tsv"),
        "invalid value 'nowhere.tsv' for '--participants_tsv <PARTICIPANTS_TSV>': there is no such file or folder",
    );
    expect(
        &format!("interpret {SMALL} test a gradients --target_node one"),
        "invalid value 'one' for '--target_node <TARGET_NODE>': invalid digit found in string",
    );
    expect(
        &format!("interpret {SMALL} test a gradients --shard 9/8"),
        "invalid value '9/8' for '--shard <K/N>': \"9/8\" is no part K/N with 1 ≤ K ≤ N, such as 3/8",
    );
    expect(&format!("interpret {SMALL} test a gradients --device tpu"), "invalid value 'tpu' for '--device <DEVICE>'");
    expect(&format!("interpret {SMALL} test a gradients --gpu --no-gpu"), "the argument '--gpu' cannot be used with '--no-gpu'");
    expect(&format!("interpret {SMALL} test a gradients --amp --no-amp"), "the argument '--amp' cannot be used with '--no-amp'");
    expect("merge nowhere test a", "invalid value 'nowhere' for '<INPUT_MAPS_DIRECTORY>': there is no such file or folder");
    refused.check();
}

#[test]
fn devices_and_combinations() {
    let sandbox = Sandbox::with_small("errors_devices");
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |options: &str, expected: &str| {
        refused.expect(&format!("interpret {SMALL} test a gradients {options}"), FAILURE, expected);
    };
    expect(
        "--gpu",
        "--device wgpu: there is no WebGPU adapter here; install a driver of the graphics card (on Linux: Vulkan), or give \
         --device cpu",
    );
    expect(
        "--device wgpu",
        "--device wgpu: there is no WebGPU adapter here; install a driver of the graphics card (on Linux: Vulkan), or give \
         --device cpu",
    );
    expect("--amp", "--amp asks for half precision; leave it out: maps are computed in float32, on every device");
    expect("--amp --no-gpu", "--amp asks for half precision; leave it out: maps are computed in float32, on every device");
    for node in ["-3", "2", "-9223372036854775808"] {
        let expected = format!(
            "output node {node} does not exist: the network has nodes 0 to 1, or -2 to -1 counted from the end; give --target_node \
             one of them"
        );
        expect(&format!("--target_node {node}"), &expected);
    }
    expect(
        "--shard 1/2 --overwrite_name",
        "--shard cannot be combined with --overwrite or --overwrite_name: parts run at the same time; erase the old results first",
    );
    expect(
        "--split 3",
        "maps_image_sr5_conv5: no checkpoint for split 3, best loss; there is split-0 with best loss; choose one of the trained \
         checkpoints",
    );
    expect(
        "--selection_metrics BA",
        "maps_image_sr5_conv5: no checkpoint for split 0, best BA; there is split-0 with best loss; choose one of the trained \
         checkpoints",
    );
    expect(
        "--selection_metrics loss --selection_metrics ../loss",
        "maps_image_sr5_conv5: no checkpoint for split 0, best ../loss; there is split-0 with best loss; choose one of the \
         trained checkpoints",
    );
    refused.check();
}

#[test]
fn folders_that_are_no_maps() {
    let sandbox = Sandbox::with_small("errors_maps");
    sandbox.write("empty/notes.txt", "nothing");
    sandbox.write("old/commandline.json", "{}");
    sandbox.write("old/fold-0/models/best_loss/model_best.pth.tar", "");
    for (name, key, value) in [
        ("task", "network_task", json!("segmentation")),
        ("multi", "multi_network", json!(true)),
        ("autoencoder", "network_task", json!("reconstruction")),
        ("unet", "architecture", json!("GeneratorUNet")),
        ("ssda", "architecture", json!("Conv5_FC3_SSDA")),
        ("conv4", "architecture", json!("Conv4_FC3")),
        ("vit", "architecture", json!("ViT")),
    ] {
        sandbox.copy(SMALL, name);
        sandbox.edit(&format!("{name}/maps.json"), |maps| maps[key] = value);
    }
    sandbox.copy(SMALL, "broken");
    sandbox.write("broken/maps.json", "{\"architecture\": ");
    sandbox.copy(SMALL, "untrained");
    sandbox.remove("untrained/split-0");
    sandbox.copy(SMALL, "up/model");
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |maps: &str, expected: &str| refused.expect(&format!("interpret {maps} test a gradients"), FAILURE, expected);
    expect(
        "empty",
        "empty: there is no maps.json in this folder; give the MAPS folder itself, the one that holds maps.json (and split-0, \
         groups …)",
    );
    expect("up", "up: there is no maps.json in this folder, but in model below it; give up/model");
    expect(
        "old",
        "old/commandline.json: a model trained with ClinicaDL 0.x, whose networks and files differ from those of 1.x; train the \
         network again with ClinicaDL 1.6.1, or choose a model of ClinicaDL 1.x",
    );
    expect(
        "task",
        "task/maps.json: key \"network_task\" is \"segmentation\", but \"classification\", \"regression\" or \"reconstruction\" \
         was expected; correct the value in maps.json as ClinicaDL 1.6.1 writes it",
    );
    expect(
        "multi",
        "multi/maps.json: a multi-network model, one network per element, which ClinicaDL cannot interpret either; train one \
         network for all elements (multi_network = false)",
    );
    expect(
        "autoencoder",
        "autoencoder/maps.json: Conv5_FC3 reconstructs images and has no output node that could be explained; choose a model \
         trained for classification or regression",
    );
    expect(
        "unet",
        "unet/maps.json: GeneratorUNet reconstructs images and has no output node that could be explained; choose a model trained \
         for classification or regression",
    );
    expect(
        "ssda",
        "ssda/split-0/best-loss/model.pth.tar: the checkpoint is one of Conv5_FC3, but maps.json names the architecture \
         Conv5_FC3_SSDA; check that maps.json and the checkpoint belong to the same training",
    );
    // The weights would fit: only the name tells.
    expect(
        "conv4",
        "conv4/split-0/best-loss/model.pth.tar: the checkpoint is one of Conv5_FC3, but maps.json names the architecture \
         Conv4_FC3; check that maps.json and the checkpoint belong to the same training",
    );
    expect(
        "vit",
        "architecture ViT cannot be explained here; supported are Conv5_FC3, Conv4_FC3, Stride_Conv5_FC3, resnet18, ResNet3D, \
         SqueezeExcitationCNN, RandomArchitecture, Conv5_FC3_SSDA; choose a MAPS trained with one of the supported architectures",
    );
    expect(
        "broken",
        "broken/maps.json: not valid JSON (EOF while parsing a value at line 1 column 17); the file is damaged or is no ClinicaDL \
         maps.json: copy the MAPS folder again",
    );
    expect(
        "untrained",
        "no trained checkpoint: untrained/split-0/best-loss/model.pth.tar and its like are missing; copy the whole MAPS folder; a \
         checkpoint downloaded through Git LFS may still be a pointer file",
    );
    refused.check();
}

#[test]
fn checkpoints_that_do_not_fit() {
    let sandbox = Sandbox::with_small("errors_checkpoints");
    let model = "split-0/best-loss/model.pth.tar";
    let own = sandbox.read(&format!("{SMALL}/{model}"));
    sandbox.copy(SMALL, "other");
    sandbox.write(&format!("other/{model}"), repository(&format!("tests/fixtures/maps/image_sr4_multi/{model}")));
    sandbox.edit("other/maps.json", |maps| maps["architecture"] = json!("Conv4_FC3"));
    sandbox.copy(SMALL, "cut");
    sandbox.write(&format!("cut/{model}"), &own[..own.len() / 2]);
    sandbox.copy(SMALL, "pointer");
    sandbox.write(&format!("pointer/{model}"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 2791766\n");
    // A split whose checkpoint is broken must not stop the run when the first is done.
    sandbox.copy(SMALL, "second");
    sandbox.write("second/split-1/best-loss/model.pth.tar", &own[..own.len() / 2]);
    sandbox.copy(SMALL, "regions");
    sandbox.edit("regions/maps.json", |maps| maps["input_size"] = json!([1, 64, 64, 64]));
    let mut refused = Refusals::of(&sandbox);
    let mut expect = |maps: &str, expected: &str| {
        let command = format!("interpret {maps} new a grad-cam --caps_directory {CAPS} --participants_tsv participants.tsv");
        refused.expect(&command, FAILURE, expected);
    };
    expect(
        "other",
        "other/split-0/best-loss/model.pth.tar: the checkpoint does not fit Conv4_FC3: fc.2.weight is 50×1024 instead of any×256; \
         check that maps.json and the checkpoint belong to the same training",
    );
    expect(
        "cut",
        "cut/split-0/best-loss/model.pth.tar: broken ZIP container: invalid Zip archive: Could not find EOCD; the file is \
         damaged: copy or download it again",
    );
    expect(
        "pointer",
        "pointer/split-0/best-loss/model.pth.tar: not a file written by torch.save: it is a pointer of Git LFS, whose content is \
         not here: `git lfs pull` fetches it; give the file that torch.save wrote: model.pth.tar, .pth or .pt",
    );
    expect(
        "second",
        "second/split-1/best-loss/model.pth.tar: broken ZIP container: invalid Zip archive: Could not find EOCD; the file is \
         damaged: copy or download it again",
    );
    expect(
        "regions",
        "sub-TRIV24 ses-M000: \
         caps_demo/subjects/sub-TRIV24/ses-M000/t1_linear/sub-TRIV24_ses-M000_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz: \
         the image makes an input of 1×32×40×32 (channels × axes), but the network takes 1×64×64×64; sub-TRIV25 ses-M000: \
         caps_demo/subjects/sub-TRIV25/ses-M000/t1_linear/sub-TRIV25_ses-M000_space-MNI152NLin2009cSym_desc-Crop_res-1x1x1_T1w.nii.gz: \
         the image makes an input of 1×32×40×32 (channels × axes), but the network takes 1×64×64×64; preprocess the images as in \
         training (for example `clinica run t1-linear`); or leave these sessions out: nothing has been computed yet",
    );
    refused.check();
}

#[test]
fn names() {
    let sandbox = Sandbox::with_small("errors_names");
    let mut refused = Refusals::of(&sandbox);
    refused.expect(
        &format!("interpret {SMALL} test a/b gradients"),
        FAILURE,
        "\"a/b\" cannot be the name of an interpretation: it holds a slash; choose a name of letters, digits, hyphens and \
         underscores",
    );
    refused.expect(
        &format!("interpret {SMALL} test .. gradients"),
        FAILURE,
        "\"..\" cannot be the name of an interpretation: it stands for a folder that exists already; choose a name of letters, \
         digits, hyphens and underscores",
    );
    let given = format!("--caps_directory {CAPS} --participants_tsv participants.tsv");
    refused.expect(
        &format!("interpret {SMALL} .new a gradients {given}"),
        FAILURE,
        "\".new\" cannot be the name of a data group: folders of such names are hidden or kept by systems, and are never looked \
         into; choose a name of letters, digits, hyphens and underscores",
    );
    refused.expect(
        &format!("interpret {SMALL} a/b a gradients {given}"),
        FAILURE,
        "\"a/b\" cannot be the name of a data group: it holds a slash; choose a name of letters, digits, hyphens and underscores",
    );
    refused.check();
}
