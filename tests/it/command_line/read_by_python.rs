//! The written tree, read with the libraries that researchers use.

use std::env;
use std::path::Path;
use std::process::Command;

use maplens::volume::nifti;
use serde_json::Value;

use super::{SMALL, Sandbox};

/// Needs a Python with torch and nibabel, which `PYTHON` names.
#[test]
#[ignore = "needs Python with torch and nibabel: `cargo xtask test --only e2e` runs it"]
fn torch_and_nibabel_read_what_is_written() {
    let sandbox = Sandbox::with_small("read_by_python");
    let given = "--save_individual --save_nifti";
    sandbox.succeed(&format!("interpret {SMALL} test placed gradients {given}"));
    sandbox.succeed(&format!("interpret {SMALL} test clinicadl grad-cam {given} --nifti_form clinicadl"));
    let found = read(&sandbox.root.join(SMALL));
    let paths: Vec<String> = sandbox.names(SMALL).into_iter().filter(|path| path.contains("_map.")).collect();
    assert_eq!(found.keys().collect::<Vec<_>>(), paths.iter().collect::<Vec<_>>());
    assert_eq!(paths.len(), 2 * 3 * 2, "two runs of two maps and their mean, as tensors and as NIfTI");
    for tensor in paths.iter().filter(|path| path.ends_with(".pt")) {
        let (shape, values) = sandbox.map(&format!("{SMALL}/{tensor}"));
        assert_eq!((&found[tensor]["type"], &found[tensor]["shape"]), (&"torch.float32".into(), &shape.clone().into()), "{tensor}");
        assert_sum(&found[tensor], &values, tensor);
        let image = tensor.replace(".pt", ".nii.gz");
        let is_placed = image.contains("interpret-placed");
        let expected_shape = if is_placed { &shape[1..] } else { &shape[..] };
        assert_eq!((&found[&image]["type"], &found[&image]["shape"]), (&"float32".into(), &expected_shape.to_vec().into()), "{image}");
        assert_eq!(found[&image]["affine"], if is_placed { placed_affine(&sandbox, &image) } else { identity() }, "{image}");
        assert_sum(&found[&image], &values, &image);
    }
}

fn read(folder: &Path) -> serde_json::Map<String, Value> {
    let python = env::var("PYTHON").unwrap_or_else(|_| "/usr/bin/python3".to_owned());
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/reference/read_tree.py");
    let output = Command::new(python).arg(script).arg(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Both sum in float64; numpy's order is another.
fn assert_sum(found: &Value, values: &[f32], path: &str) {
    let expected: f64 = values.iter().map(|&value| f64::from(value)).sum();
    let magnitude: f64 = values.iter().map(|&value| f64::from(value).abs()).sum();
    assert!((found["sum"].as_f64().unwrap() - expected).abs() <= 1e-12 * magnitude, "{path}");
}

/// The values as this program's own reader gives them.
fn placed_affine(sandbox: &Sandbox, path: &str) -> Value {
    let volume = nifti::read(path, &sandbox.read(&format!("{SMALL}/{path}"))).unwrap();
    let [x, y, z] = volume.world_from_voxel().0;
    vec![x.to_vec(), y.to_vec(), z.to_vec(), vec![0.0, 0.0, 0.0, 1.0]].into()
}

fn identity() -> Value {
    (0..4).map(|row| (0..4).map(|column| f64::from(u8::from(row == column))).collect::<Vec<f64>>()).collect::<Vec<_>>().into()
}
