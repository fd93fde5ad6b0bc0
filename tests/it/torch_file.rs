//! Torch files: what real torch wrote is read to the same values; what is broken gives a typed error.

use std::io::{Cursor, Write};
use std::path::PathBuf;

use maplens::files::{FileError, memory_file};
use maplens::torch_file::{self, Checkpoint, DType, Flaw, Tensor, TorchFileError, Value};
use pollster::block_on;
use serde_json::Value as Json;

fn read(file_name: &str, bytes: Vec<u8>) -> Result<Value, TorchFileError> {
    block_on(torch_file::read(file_name, &memory_file(bytes)))
}

fn read_tensor(file_name: &str, bytes: Vec<u8>) -> Result<Tensor, TorchFileError> {
    block_on(torch_file::read_tensor(file_name, &memory_file(bytes)))
}

fn read_checkpoint(file_name: &str, bytes: Vec<u8>) -> Result<Checkpoint, TorchFileError> {
    block_on(torch_file::read_checkpoint(file_name, &memory_file(bytes)))
}

fn data(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn expected() -> serde_json::Map<String, Json> {
    serde_json::from_slice(&data("data/torch/expected.json")).unwrap()
}

/// All tensors by path within the object, as make_torch_fixtures.py names them.
fn tensors(value: &Value, path: &str, found: &mut Vec<(String, Tensor)>) {
    match value {
        Value::Tensor(tensor) => found.push((path.to_owned(), tensor.clone())),
        Value::Dict(entries) => entries.iter().for_each(|(key, value)| match key {
            Value::Str(key) => tensors(value, &format!("{path}/{key}"), found),
            other => tensors(value, &format!("{path}/{other:?}"), found),
        }),
        _ => {}
    }
}

#[test]
fn every_fixture_has_the_values_that_torch_saved() {
    for (file, paths) in expected() {
        let mut found = Vec::new();
        tensors(&read(&file, data(&format!("data/torch/{file}"))).unwrap(), "", &mut found);
        let paths = paths.as_object().unwrap();
        assert_eq!(found.len(), paths.len(), "{file}");
        for (path, tensor) in found {
            check_tensor(&format!("{file}{path}"), &tensor, &paths[&path]);
        }
    }
}

fn check_tensor(name: &str, tensor: &Tensor, expected: &Json) {
    let shape: Vec<usize> = serde_json::from_value(expected["shape"].clone()).unwrap();
    assert_eq!((tensor.dtype().to_string().as_str(), tensor.shape()), (expected["dtype"].as_str().unwrap(), shape.as_slice()), "{name}");
    let wanted: Vec<f64> = serde_json::from_value(expected["values"].clone()).unwrap();
    let wanted: Vec<f32> = wanted.into_iter().map(|value| value as f32).collect();
    assert_eq!(block_on(tensor.to_f32_vec()).unwrap(), wanted, "{name}");
    if !matches!(tensor.dtype(), DType::F64 | DType::F32 | DType::F16 | DType::BF16) {
        let wanted: Vec<i64> = serde_json::from_value(expected["values"].clone()).unwrap();
        assert_eq!(block_on(tensor.to_i64_vec()).unwrap(), wanted, "{name}");
    }
}

/// Objects of other classes, functions, numbers beyond 64 bits: nothing of them is run or kept, and the weights are read.
#[test]
fn what_stands_beside_the_weights_is_left_alone() {
    for container in ["zip", "legacy"] {
        let file = format!("data/torch/beside_weights.{container}.pt");
        let checkpoint = read_checkpoint(&file, data(&file)).unwrap();
        assert_eq!((checkpoint.epoch, checkpoint.name.as_deref(), checkpoint.state_dict.len()), (Some(12), Some("Conv5_FC3"), 7));
        let value = read(&file, data(&file)).unwrap();
        for key in
            ["args", "set", "frozen", "path", "date", "number", "bytes", "wide", "deque", "counter", "default", "function", "network"]
        {
            assert!(matches!(value.get(key), Some(Value::Opaque(_))), "{file} {key}: {:?}", value.get(key));
        }
    }
    let only_network = Value::Dict(vec![(Value::Str("model".to_owned()), read_value_of("beside_weights.zip.pt", "network"))]);
    assert!(matches!(Checkpoint::from_value(only_network), Err(Flaw::ForbiddenGlobal { .. })), "what is needed is named");
}

fn read_value_of(file: &str, key: &str) -> Value {
    read(file, data(&format!("data/torch/{file}"))).unwrap().get(key).unwrap().clone()
}

/// A container that declares more than its compressed bytes can hold is refused before memory is reserved.
#[test]
fn a_lying_size_is_refused() {
    let packed = data("data/torch/deflated.zip.pt");
    // The size of the first storage in the directory.
    let name = packed.windows(7).rposition(|bytes| bytes == b"/data/0").unwrap();
    let at = packed[..name].windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap() + 24;
    for (size, reason) in [(0xffff_0000_u32, "can hold"), (3, "announced")] {
        let mut bytes = packed.clone();
        bytes[at..at + 4].copy_from_slice(&size.to_le_bytes());
        let error = read("model.pth.tar", bytes).unwrap_err().to_string();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn plain_values_are_read() {
    for file in ["data/torch/plain_values.zip.pt", "data/torch/plain_values.legacy.pt"] {
        let value = read(file, data(file)).unwrap();
        let check = |key: &str, expected: Value| assert_eq!(value.get(key), Some(&expected), "{file} {key}");
        check("none", Value::None);
        check("yes", Value::Bool(true));
        check("no", Value::Bool(false));
        check("small", Value::Int(7));
        check("negative", Value::Int(-3));
        check("big", Value::Int(1 << 40));
        check("lowest", Value::Int(i64::MIN));
        check("float", Value::Float(0.1));
        check("text", Value::Str("é".to_owned()));
        check("size", Value::Tuple(vec![Value::Int(2), Value::Int(3), Value::Int(4)]));
        check("device", Value::Str("cuda:1".to_owned()));
        check("dtype", Value::Str("torch.float32".to_owned()));
        let nested = Value::List(vec![Value::Int(2), Value::Tuple(vec![])]);
        let dict = Value::Dict(vec![(Value::Str("k".to_owned()), Value::Tuple(vec![Value::Int(3)]))]);
        check("list", Value::List(vec![Value::Int(1), nested, dict]));
    }
}

#[test]
fn shared_storages_are_not_copied() {
    let mut found = Vec::new();
    tensors(&read("x.pt", data("data/torch/shared_storage.zip.pt")).unwrap(), "", &mut found);
    let strides: Vec<_> = found.iter().map(|(_, tensor)| (tensor.shape().to_vec(), tensor.strides().to_vec())).collect();
    assert_eq!(strides, [(vec![6], vec![1]), (vec![3], vec![1]), (vec![6], vec![1])]);
    assert!(found.iter().all(|(_, tensor)| tensor.is_contiguous()));
}

#[test]
fn checkpoints_of_all_shapes_are_found() {
    for container in ["zip", "legacy"] {
        let checkpoint = |name: &str| {
            let file = format!("data/torch/{name}.{container}.pt");
            read_checkpoint(&file, data(&file)).unwrap()
        };
        let clinicadl = checkpoint("clinicadl");
        assert_eq!((clinicadl.epoch, clinicadl.name.as_deref()), (Some(12), Some("Conv5_FC3")));
        let names = ["0.bias", "0.weight", "1.bias", "1.num_batches_tracked", "1.running_mean", "1.running_var", "1.weight"];
        assert_eq!(clinicadl.state_dict.names().collect::<Vec<_>>(), names);
        assert_eq!(checkpoint("state_dict").state_dict.names().collect::<Vec<_>>(), names);
        assert_eq!(checkpoint("data_parallel").state_dict.names().collect::<Vec<_>>(), names);
        assert_eq!(checkpoint("protocol5").epoch, Some(300));
    }
}

#[test]
fn a_checkpoint_of_clinicadl_is_read() {
    let file = "fixtures/maps/image_sr5_age/split-0/best-loss/model.pth.tar";
    let checkpoint = read_checkpoint(file, data(file)).unwrap();
    assert_eq!((checkpoint.epoch, checkpoint.name.as_deref(), checkpoint.state_dict.len()), (Some(3), Some("Conv4_FC3"), 41));
    let weight = checkpoint.state_dict.get("convolutions.0.weight").unwrap();
    assert_eq!(weight.shape(), [8, 1, 3, 3, 3]);
    assert_eq!(block_on(weight.to_f32_vec()).unwrap()[..2], [0.049_534_127, -0.042_707_5]);
    assert_eq!(block_on(checkpoint.state_dict.get("fc.6.bias").unwrap().to_f32_vec()).unwrap(), [-0.010_413_44]);
    assert_eq!(block_on(checkpoint.state_dict.get("convolutions.1.num_batches_tracked").unwrap().to_i64_vec()).unwrap(), [21]);
    let n_values: usize = checkpoint.state_dict.iter().map(|(_, tensor)| tensor.n_elements()).sum();
    assert_eq!(n_values, 310_152);
}

#[test]
fn mistakes_are_named() {
    let check = |file: &str, message: &str, hint: &str| {
        let error = read(file, data(&format!("malformed/torch/{file}"))).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{file}: ")) && error.to_string().contains(message), "{error}");
        assert!(error.hint().contains(hint), "{file}: {}", error.hint());
    };
    check("truncated.pt", "broken ZIP container", "download it again");
    check("truncated_legacy.pt", "truncated: a storage needs 256 bytes, but 255 are left", "download it again");
    check("whole_network.pt", "torch.nn.modules.linear.Linear", "save only the weights");
    check("whole_network_legacy.pt", "torch.nn.modules.linear.Linear", "save only the weights");
    check("complex.pt", "ComplexFloatStorage", "float32");
    check("bzip2.pt", "is packed by the method Bzip2, and only deflate is read", "packed again");
    check("plain_pickle.pt", "a plain Python pickle", "torch.save");
    check("old_tar.pth.tar", "before version 0.1.10", "torch 1.6");
    check("lfs_pointer.pth.tar", "a pointer of Git LFS, whose content is not here", "torch.save");
    check("empty.pt", "it is an empty file", "torch.save");
}

#[test]
fn a_file_of_the_wrong_kind_is_refused() {
    let file = "data/torch/clinicadl.zip.pt";
    assert_eq!(read_tensor(file, data(file)).unwrap_err().flaw, Flaw::NotATensor { found: "a dict" });
    let file = "data/torch/f32.zip.pt";
    assert_eq!(read_checkpoint(file, data(file)).unwrap_err().flaw, Flaw::NoStateDict { found: "a tensor".to_owned() });
}

/// A container with a pickle of our own making and one storage of 16 bytes under the key 0.
fn container(pickle: &[u8]) -> Vec<u8> {
    zip_of(&[("any name/data.pkl", pickle), ("any name/data/0", &[0; 16])])
}

fn zip_of(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in entries {
        zip.start_file(*name, stored).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn flaw(pickle: &[u8]) -> Flaw {
    read("hostile.pt", container(pickle)).unwrap_err().flaw
}

/// `_rebuild_tensor_v2(storage 0 of n_elements float32, offset, (size,), (stride,))`, numbers as BININT.
fn tensor_pickle(n_elements: i32, offset: i32, size: i32, stride: i32) -> Vec<u8> {
    let number = |number: i32| [b"J".as_slice(), &number.to_le_bytes()].concat();
    let mut pickle = b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n((U\x07storagectorch\nFloatStorage\nU\x010U\x03cpu".to_vec();
    pickle.extend([number(n_elements), b"tQ".to_vec(), number(offset), number(size), b"\x85".to_vec(), number(stride)].concat());
    pickle.extend(b"\x85\x89NtR.");
    pickle
}

#[test]
fn lying_tensors_are_refused() {
    assert!(read_tensor("x.pt", container(&tensor_pickle(4, 0, 4, 1))).is_ok());
    assert!(matches!(flaw(&tensor_pickle(4, 1, 4, 1)), Flaw::OutsideStorage { offset: 1, n_storage: 4, .. }));
    assert!(matches!(flaw(&tensor_pickle(4, 0, i32::MAX, 0)), Flaw::TooLarge { .. }));
    assert!(matches!(flaw(&tensor_pickle(i32::MAX, 0, 4, 1)), Flaw::StorageSize { found: 16, .. }));
    assert!(matches!(flaw(&tensor_pickle(3, 0, 3, 1)), Flaw::StorageSize { expected: 12, found: 16, .. }));
    assert!(matches!(flaw(&tensor_pickle(4, 0, -1, 1)), Flaw::BadPickle { .. }));
    assert!(matches!(flaw(&tensor_pickle(4, 3, 4, -1)), Flaw::BadPickle { .. }));
    assert!(matches!(flaw(&tensor_pickle(-4, 0, 4, 1)), Flaw::BadPickle { .. }));
}

#[test]
fn code_is_never_run() {
    let global = |pickle: &[u8]| match flaw(pickle) {
        Flaw::ForbiddenGlobal { global } => global,
        other => panic!("{other}"),
    };
    assert_eq!(global(b"\x80\x02cos\nsystem\nU\x02ls\x85R."), "os.system");
    assert_eq!(global(b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93."), "builtins.eval");
    assert_eq!(global(b"\x80\x02ctorch\nload\n."), "torch.load");
    assert_eq!(global(b"\x80\x02ctorch.storage\n_load_from_bytes\n."), "torch.storage._load_from_bytes");
    assert!(matches!(flaw(b"\x80\x02ios\nsystem\n."), Flaw::UnknownOpcode { opcode: b'i', at: 2 }));
}

#[test]
fn the_machine_keeps_its_rules() {
    let what = |pickle: &[u8]| match flaw(pickle) {
        Flaw::BadPickle { what, .. } => what,
        other => panic!("{other}"),
    };
    assert_eq!(what(b"."), "the stack is too short");
    assert_eq!(what(b"\x80\x02K\x01(0."), "the stack is too short");
    assert_eq!(what(b"\x80\x02u."), "a group that never began");
    assert_eq!(what(b"\x80\x02h\x07."), "a memo entry that was never written");
    assert_eq!(what(b"\x80\x02q\x07."), "the stack is empty");
    assert_eq!(what(b"\x80\x02}(K\x01u."), "a key without a value");
    assert_eq!(what(b"\x80\x02K\x01K\x02a."), "members for something that is no list");
    assert_eq!(what(b"\x80\x02K\x01)R."), "a call of something that is no function");
    assert_eq!(what(b"\x80\x02ctorch\nFloatStorage\n)R."), "a type that is called");
    assert_eq!(what(b"\x80\x02U\x01xQ."), "a persistent id that names no storage");
    assert_eq!(what(b"\x80\x02K\x01}b."), "attributes for something that is no dict");
    assert_eq!(flaw(b"\x80\x02\x8a\x09\0\0\0\0\0\0\0\0\x01."), Flaw::NotPlainData { what: "an integer beyond 64 bits" });
    assert_eq!(flaw(b"\x80\x02U\x01\xff."), Flaw::NotPlainData { what: "a string that is not UTF-8" });
    assert!(matches!(flaw(b"\x80\x02K\x01"), Flaw::Truncated { needed: 1, available: 0, .. }));
    assert!(matches!(flaw(b"\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), Flaw::Truncated { .. }));
    assert!(matches!(flaw(b"\x80\x02}(U\x01aK\x01U\x01aK\x02u."), Flaw::DuplicateKey { key } if key == "a"));
}

#[test]
fn small_files_cannot_take_much_memory_or_stack() {
    // A list that holds itself.
    assert!(matches!(flaw(b"\x80\x02]q\x00h\x00a."), Flaw::TooDeep { .. }));
    // Lists in lists.
    let nested = [b"\x80\x02".as_slice(), &[b']'; 500_000], &[b'a'; 499_999], b"."].concat();
    assert!(matches!(flaw(&nested), Flaw::TooDeep { .. }));
    // Each tuple holds the one before it four times.
    let doubling = [b"\x80\x02)".as_slice(), &b"2\x86".repeat(60), b"."].concat();
    assert!(matches!(flaw(&doubling), Flaw::TooMany { .. }));
    assert!(matches!(flaw(&vec![b'N'; 3_000_000]), Flaw::TooMany { .. }));
    assert!(matches!(flaw(&vec![b'('; 3_000_000]), Flaw::TooMany { .. }));
    assert!(matches!(flaw(&[b"N".as_slice(), &vec![b'2'; 3_000_000]].concat()), Flaw::TooMany { .. }));
}

#[test]
fn containers_with_missing_parts_are_refused() {
    assert!(matches!(read("x.pt", zip_of(&[("x/version", b"3")])).unwrap_err().flaw, Flaw::MissingEntry { entry } if entry == "data.pkl"));
    let elsewhere: Vec<u8> = tensor_pickle(4, 0, 4, 1).iter().map(|&byte| if byte == b'0' { b'7' } else { byte }).collect();
    assert!(matches!(flaw(&elsewhere), Flaw::MissingEntry { entry } if entry == "any name/data/7"));
}

#[test]
fn damaged_files_never_panic() {
    for file in expected().keys() {
        let bytes = data(&format!("data/torch/{file}"));
        (0..bytes.len()).for_each(|length| use_all(&bytes[..length]));
        for (at, mask) in (0..bytes.len()).zip([0x01, 0x80, 0xff, 0x10].into_iter().cycle()) {
            let mut damaged = bytes.clone();
            damaged[at] ^= mask;
            use_all(&damaged);
        }
    }
}

/// Reads bytes that may be damaged and every tensor in them that is not huge.
fn use_all(bytes: &[u8]) {
    let Ok(value) = read("damaged.pt", bytes.to_vec()) else { return };
    let mut found = Vec::new();
    tensors(&value, "", &mut found);
    for (_, tensor) in found.iter().filter(|(_, tensor)| tensor.n_elements() < 1 << 20) {
        match block_on(tensor.to_f32_vec()) {
            Ok(values) => assert_eq!(values.len(), tensor.n_elements()),
            // Only compressed storages can be broken in themselves.
            Err(flaw) => assert!(matches!(flaw, Flaw::Unreadable(FileError::BadArchive { .. })), "{flaw}"),
        }
    }
    let _ = Checkpoint::from_value(value);
}

/// For tests/reference/check_torch_writer.py: writes a tensor to the path in `MAPLENS_WRITE_TENSOR`, if there is one.
#[test]
fn written_file_for_torch() {
    let file = torch_file::write_tensor(&[1, 2, 3], &[0.5, 1.5, 2.5, 3.5, 4.5, 5.5]);
    assert_eq!(read_tensor("map.pt", file.clone()).unwrap().shape(), [1, 2, 3]);
    if let Ok(path) = std::env::var("MAPLENS_WRITE_TENSOR") {
        std::fs::write(path, file).unwrap();
    }
}
