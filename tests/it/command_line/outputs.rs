//! The files that are written: the three forms of NIfTI, slices that ClinicaDL cannot do, the side-car, and maps of a graphics card.

use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use maplens::attribution::SaliencyMap;
use maplens::volume::{Affine, nifti};
use serde_json::{Value, json};

use super::{CAPS, SMALL, Sandbox, sentence};
use crate::npy;
use crate::numerics::{self, CPU, WEBGPU, fixture};

const WHO: &str = "sub-TRIV24";

/// Origin of the demo study's images in millimetres; their voxels are 1 mm wide.
const ORIGIN: [f64; 3] = [-84.0, -119.0, -78.0];

const IMAGE_SHAPE: [usize; 3] = [169, 208, 179];

/// One session of a group, interpreted once for each form.
struct Forms {
    sandbox: Sandbox,
    maps: String,
}

impl Forms {
    fn of(fixture: &str, edit: impl FnOnce(&mut Value)) -> Self {
        let name = fixture.trim_start_matches("maps/").trim_end_matches(".tar.gz");
        let sandbox = Sandbox::new(&format!("outputs_{name}"));
        let maps = sandbox.copy_maps(fixture).file_name().unwrap().to_str().unwrap().to_owned();
        sandbox.edit(&format!("{maps}/maps.json"), edit);
        sandbox.write("one.tsv", format!("participant_id\tsession_id\tdiagnosis\n{WHO}\tses-M000\tAD\n"));
        let mut given = format!("--caps_directory {CAPS} --participants_tsv one.tsv");
        for form in ["placed", "whole-image", "clinicadl"] {
            let options = format!("--split 0 --save_individual --save_nifti --nifti_form {form}");
            sandbox.succeed(&format!("interpret {maps} one {form} gradients {options} {given}"));
            given.clear();
        }
        Self { sandbox, maps }
    }

    fn path(&self, form: &str, stem: &str, ending: &str) -> String {
        format!("{}/split-0/best-loss/one/interpret-{form}/{stem}_map.{ending}", self.maps)
    }

    /// Shape and values of a map as a tensor.
    fn tensor(&self, stem: &str) -> (Vec<usize>, Vec<f32>) {
        self.sandbox.map(&self.path("placed", stem, "pt"))
    }

    fn nifti(&self, form: &str, stem: &str) -> Vec<u8> {
        self.sandbox.read(&self.path(form, stem, "nii.gz"))
    }

    /// Checks the three files of a map; its voxels begin at `offset` in the image and are `spacing` apart.
    fn check(&self, stem: &str, offset: [usize; 3], spacing: usize, is_seen: &dyn Fn([usize; 3]) -> bool) {
        let (shape, values) = self.tensor(stem);
        let placed = nifti::read("placed.nii.gz", &self.nifti("placed", stem)).unwrap();
        assert_eq!(placed.data(), values, "{stem}");
        let origin = [0, 1, 2].map(|axis| ORIGIN[axis] + offset[axis] as f64);
        assert_eq!(*placed.world_from_voxel(), Affine::from_diagonal([spacing as f64; 3], origin), "{stem}");
        let whole = nifti::read("whole.nii.gz", &self.nifti("whole-image", stem)).unwrap();
        assert_eq!((whole.shape(), *whole.world_from_voxel()), (IMAGE_SHAPE, Affine::from_diagonal([1.0; 3], ORIGIN)));
        let mut expected = vec![0.0; IMAGE_SHAPE.iter().product()];
        let [n_i, n_j, n_k] = placed.shape();
        for (index, value) in values.iter().enumerate() {
            let voxel = [index / (n_j * n_k), index / n_k % n_j, index % n_k];
            let [i, j, k] = [0, 1, 2].map(|axis| offset[axis] + spacing * voxel[axis]);
            if is_seen([i, j, k]) {
                expected[(i * IMAGE_SHAPE[1] + j) * IMAGE_SHAPE[2] + k] = *value;
            }
        }
        assert_eq!(n_i * n_j * n_k, values.len());
        assert!(whole.data() == expected, "{stem}");
        assert!(expected.iter().any(|value| *value != 0.0), "{stem}");
        check_clinicadl_form(&self.nifti("clinicadl", stem), &shape, &values);
    }
}

/// The form of nibabel's default header: the channels first, no place in the head.
fn check_clinicadl_form(file: &[u8], shape: &[usize], values: &[f32]) {
    let mut bytes = Vec::new();
    GzDecoder::new(file).read_to_end(&mut bytes).unwrap();
    let short = |offset: usize| usize::from(u16::from_le_bytes([bytes[offset], bytes[offset + 1]]));
    let float = |offset: usize| f32::from_le_bytes(bytes[offset..offset + 4].try_into().unwrap());
    let dim: Vec<usize> = (0..8).map(|index| short(40 + 2 * index)).collect();
    let expected = [&[shape.len()], shape, &[1; 7]].concat();
    assert_eq!(dim, expected[..8]);
    assert_eq!((short(70), short(252), short(254), bytes[123]), (16, 0, 2, 0), "float32, qform, sform, units");
    let affine: Vec<f32> = (0..12).map(|index| float(280 + 4 * index)).collect();
    assert_eq!(affine, [1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(bytes.len(), 352 + 4 * values.len());
    for (index, value) in values.iter().enumerate() {
        // The file's first axis is the fastest, the tensor's the slowest.
        let stride_in_tensor = |axis: usize| shape[axis + 1..].iter().product::<usize>();
        let stride_in_file = |axis: usize| shape[..axis].iter().product::<usize>();
        let place: usize = (0..shape.len()).map(|axis| index / stride_in_tensor(axis) % shape[axis] * stride_in_file(axis)).sum();
        assert_eq!(float(352 + 4 * place).to_bits(), value.to_bits());
    }
}

#[test]
fn reduced_images() {
    let forms = Forms::of("maps/image_sr5_conv5", |_| {});
    let (shape, _) = forms.tensor("mean_image-0");
    assert_eq!(shape, [1, 32, 40, 32]);
    for stem in ["mean_image-0", "sub-TRIV24_ses-M000_image-0"] {
        forms.check(stem, REDUCED_OFFSET, 5, &|_| true);
    }
}

/// First voxel that the size reduction by 5 keeps.
const REDUCED_OFFSET: [usize; 3] = [4, 0, 8];

#[test]
fn patches() {
    // So far apart that there are only two.
    let forms = Forms::of("maps/patch50_stride.tar.gz", |maps| maps["preprocessing_dict"]["stride_size"] = json!(130));
    for (index, offset) in [[0, 0, 0], [0, 130, 0]].into_iter().enumerate() {
        forms.check(&format!("mean_patch-{index}"), offset, 1, &|_| true);
        forms.check(&format!("sub-TRIV24_ses-M000_patch-{index}"), offset, 1, &|_| true);
    }
}

#[test]
fn regions() {
    let forms = Forms::of("maps/roi_conv4", |_| {});
    for (index, side) in ["left", "right"].into_iter().enumerate() {
        let path =
            format!("caps_masks/tpl-MNI152NLin2009cSym/tpl-MNI152NLin2009cSym_desc-Crop_res-1x1x1_roi-{side}HippocampusBox_mask.nii.gz");
        let mask = nifti::read_mask("mask.nii.gz", &fixture::bytes(&path)).unwrap();
        let seen: Vec<[usize; 3]> = (0..mask.data().len())
            .filter(|index| mask.data()[*index] != 0.0)
            .map(|index| [index / (208 * 179), index / 179 % 208, index % 179])
            .collect();
        let offset = [0, 1, 2].map(|axis| seen.iter().map(|voxel| voxel[axis]).min().unwrap());
        let is_seen = |voxel: [usize; 3]| mask.get(voxel).is_some_and(|value| value != 0.0);
        forms.check(&format!("sub-TRIV24_ses-M000_roi-{index}"), offset, 1, &is_seen);
    }
}

#[test]
fn slices_after_discarded_ones() {
    // ClinicaDL 1.6.1 crashes as soon as slices are discarded at the beginning.
    let forms = Forms::of("maps/slice_cor_all", |maps| maps["preprocessing_dict"]["discarded_slices"] = json!([101, 105]));
    let names = forms.sandbox.names(&format!("{}/split-0/best-loss/one/interpret-placed", forms.maps));
    let tensors: Vec<&String> = names.iter().filter(|name| name.ends_with(".pt")).collect();
    let individual = [101, 102].map(|slice| format!("{WHO}_ses-M000_slice-{slice}_map.pt"));
    assert_eq!(tensors, [&"mean_slice-0_map.pt".to_owned(), &"mean_slice-1_map.pt".to_owned(), &individual[0], &individual[1]]);
    forms.check("sub-TRIV24_ses-M000_slice-102", [0, 102, 0], 1, &|_| true);
    forms.check("mean_slice-1", [0, 102, 0], 1, &|_| true);
    let (shape, values) = forms.tensor("sub-TRIV24_ses-M000_slice-102");
    let expected = npy::read("tests/fixtures/expected/slice_cor_all__s0_loss__sub-TRIV24_slice-102__gd_n0.npy");
    assert_eq!(shape, expected.shape);
    assert!(numerics::max_difference(&values, &expected.data) <= CPU.map * numerics::max_magnitude(&expected.data));
    let mean = forms.tensor("mean_slice-1").1;
    assert!(mean.iter().zip(&values).all(|(mean, value)| mean.to_bits() == ((0.0 + value) / 2.0).to_bits()), "one session × two slices");
}

#[test]
fn masks_may_be_called_as_those_of_uncropped_images() {
    let sandbox = Sandbox::new("outputs_masks");
    sandbox.copy_maps("maps/roi_conv4");
    sandbox.link_image("caps", WHO, WHO);
    for side in ["left", "right"] {
        let folder = "masks/tpl-MNI152NLin2009cSym";
        let mask = format!("tpl-MNI152NLin2009cSym_desc-Crop_res-1x1x1_roi-{side}HippocampusBox_mask.nii.gz");
        sandbox.write(&format!("caps/{folder}/{}", mask.replace("_desc-Crop", "")), fixture::bytes(&format!("caps_{folder}/{mask}")));
    }
    sandbox.write("one.tsv", format!("participant_id\tsession_id\tdiagnosis\n{WHO}\tses-M000\tAD\n"));
    for caps in ["caps", CAPS] {
        let given = format!("--caps_directory {caps} --participants_tsv one.tsv");
        sandbox.succeed(&format!("interpret maps_roi_conv4 of_{caps} run grad-cam --split 1 {given}"));
    }
    for element in 0..2 {
        let mean =
            |caps: &str| sandbox.read(&format!("maps_roi_conv4/split-1/best-loss/of_{caps}/interpret-run/mean_roi-{element}_map.pt"));
        assert_eq!(mean("caps"), mean(CAPS));
    }
}

#[test]
fn a_maps_of_clinicadl_1_0_0_is_interpreted() {
    let sandbox = Sandbox::with_small("outputs_old_maps");
    sandbox.copy(SMALL, "old");
    sandbox.copy("old/split-0", "old/fold-0");
    sandbox.remove("old/split-0");
    sandbox.edit("old/maps.json", |maps| {
        let maps = maps.as_object_mut().unwrap();
        maps.remove("preprocessing_dict");
        maps.insert("preprocessing".to_owned(), json!("t1-linear"));
        maps.insert("use_uncropped_image".to_owned(), json!(false));
        for (new, old) in [("architecture", "model"), ("normalize", "minmaxnormalization"), ("multi_network", "multi")] {
            let value = maps.remove(new).unwrap();
            maps.insert(old.to_owned(), value);
        }
    });
    for maps in [SMALL, "old"] {
        sandbox.succeed(&format!("interpret {maps} test run gradients"));
    }
    let old = sandbox.read("old/fold-0/best-loss/test/interpret-run/mean_image-0_map.pt");
    assert_eq!(old, sandbox.read(&Sandbox::result("test/interpret-run/mean_image-0_map.pt")));
}

#[test]
fn the_side_car_says_how_the_results_came_about() {
    let sandbox = Sandbox::with_small("outputs_side_car");
    let options = "--level_grad_cam 16 --target_node 1 --selection_metrics loss --save_individual";
    sandbox.succeed(&format!("interpret {SMALL} test run grad-cam {options}"));
    let side_car = sandbox.json(&Sandbox::result("test/interpret-run/maplens.json"));
    let checkpoint = maplens::export::sha256_hex(&sandbox.read(&Sandbox::result("model.pth.tar")));
    assert_eq!(side_car["software"], json!({"name": "MapLens", "version": env!("CARGO_PKG_VERSION")}));
    assert_eq!(side_car["shard"], Value::Null);
    assert_eq!(side_car["divisor"], "maps of the element × elements, as ClinicaDL 1.6.1 does");
    assert_eq!(side_car["device"]["kind"], "cpu");
    let model = &side_car["model"];
    assert_eq!((&model["maps"], &model["sha256"], &model["split"]), (&json!(SMALL), &json!(checkpoint), &json!(0)));
    assert_eq!((&model["selection"], &model["architecture"]), (&json!("loss"), &json!("Conv5_FC3")));
    let asked = &side_car["options"];
    assert_eq!((&asked["method"], &asked["target_node"]), (&json!({"grad-cam": {"level": 16}}), &json!(1)));
    let element = &side_car["elements"][0];
    assert_eq!((&element["shape"], &element["n_maps"], &element["number"]), (&json!([1, 32, 40, 32]), &json!(2), &json!(0)));
    assert_eq!(element["world_from_voxel"][0], json!([5.0, 0.0, 0.0, ORIGIN[0] + REDUCED_OFFSET[0] as f64]));
    let session = &side_car["sessions"][0];
    assert_eq!(
        (&session["participant_id"], &session["session_id"], &session["cohort"]),
        (&json!(WHO), &json!("ses-M000"), &json!("single"))
    );
    assert_eq!(session["file"], Sandbox::image_path(CAPS, WHO));
    assert_eq!(session["maps"][0]["logits"].as_array().unwrap().len(), 2);
    assert_eq!((&session["left_out"], &side_car["warnings"]), (&json!([]), &json!([])));
}

/// On Chromium's software Vulkan where it is installed, else on the machine's own card. Without any the command must
/// say so.
#[test]
fn maps_of_a_graphics_card() {
    let sandbox = Sandbox::with_small("outputs_gpu");
    let mut command = sandbox.command(&format!("interpret {SMALL} test gd_n0 gradients --save_individual --device wgpu --quiet"));
    command.env_remove("VK_DRIVER_FILES").env_remove("VK_ICD_FILENAMES");
    let chromium = Path::new("/usr/lib/chromium");
    if chromium.join("vk_swiftshader_icd.json").exists() {
        command.env("VK_ICD_FILENAMES", chromium.join("vk_swiftshader_icd.json")).env("LD_LIBRARY_PATH", chromium);
    }
    let output = command.output().unwrap();
    if !output.status.success() {
        assert!(!chromium.join("libvulkan.so.1").exists(), "{}", sentence(&output));
        assert!(sentence(&output).starts_with("--device wgpu: there is no "), "{}", sentence(&output));
        return;
    }
    let folder = Sandbox::result("test/interpret-gd_n0");
    let side_car = sandbox.json(&format!("{folder}/maplens.json"));
    assert_eq!(side_car["device"]["kind"], "webgpu");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, format!("note: computing on {}\n", side_car["device"]["name"].as_str().unwrap()));
    for (index, participant) in ["sub-TRIV24", "sub-TRIV25"].into_iter().enumerate() {
        let id = format!("image_sr5_conv5__s0_loss__{participant}_image-0__gd_n0");
        let manifest: Value = serde_json::from_slice(&fixture::bytes("manifest.json")).unwrap();
        let case = manifest["cases"].as_array().unwrap().iter().find(|case| case["id"] == id.as_str()).unwrap();
        let (shape, values) = sandbox.map(&format!("{folder}/{participant}_ses-M000_image-0_map.pt"));
        let logits = side_car["sessions"][index]["maps"][0]["logits"].as_array().unwrap();
        let logits = logits.iter().map(|logit| logit.as_f64().unwrap() as f32).collect();
        numerics::compare(&fixture::Case::parse(case), &SaliencyMap { shape, values, logits }, WEBGPU).unwrap();
    }
}
