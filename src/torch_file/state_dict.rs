//! The weights of a network, and the checkpoint around them.

use std::collections::BTreeMap;

use super::{Flaw, Tensor, Value};

/// Parameters and buffers by name, sorted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StateDict {
    tensors: BTreeMap<String, Tensor>,
}

impl StateDict {
    /// The tensor of that name.
    pub fn get(&self, name: &str) -> Option<&Tensor> {
        self.tensors.get(name)
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tensors.keys().map(String::as_str)
    }

    /// All names with their tensors, sorted.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Tensor)> {
        self.tensors.iter().map(|(name, tensor)| (name.as_str(), tensor))
    }

    /// Number of tensors.
    pub fn len(&self) -> usize {
        self.tensors.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tensors.is_empty()
    }
}

impl FromIterator<(String, Tensor)> for StateDict {
    /// Where a name occurs twice, the later tensor is kept.
    fn from_iter<I: IntoIterator<Item = (String, Tensor)>>(tensors: I) -> Self {
        Self { tensors: tensors.into_iter().collect() }
    }
}

/// The weights of a network with what ClinicaDL saves beside them during training.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The weights.
    pub state_dict: StateDict,
    /// The epoch after which the weights were saved, counted from 0.
    pub epoch: Option<i64>,
    /// Name of the architecture.
    pub name: Option<String>,
}

impl Checkpoint {
    /// Finds the weights under `model` (ClinicaDL), under `state_dict`, or takes the dict itself. A prefix `module.` that all
    /// names share (left by `DataParallel`) is dropped.
    ///
    /// # Errors
    /// If there is no state_dict, or if one of its entries is no tensor.
    pub fn from_value(value: Value) -> Result<Self, Flaw> {
        let epoch = value.get("epoch").and_then(|epoch| if let Value::Int(epoch) = epoch { Some(*epoch) } else { None });
        let name = value.get("name").and_then(|name| if let Value::Str(name) = name { Some(name.clone()) } else { None });
        let tensors = entries(value)?.into_iter().map(entry).collect::<Result<_, _>>()?;
        Ok(Self { state_dict: StateDict { tensors: without_common_prefix(tensors) }, epoch, name })
    }
}

/// The entries of the state_dict in a checkpoint.
fn entries(value: Value) -> Result<Vec<(Value, Value)>, Flaw> {
    let under_key = || ["model", "state_dict"].into_iter().filter_map(|key| value.get(key));
    if let Some(Value::Dict(entries)) = under_key().find(|inner| matches!(inner, Value::Dict(_))) {
        return Ok(entries.clone());
    }
    let opaque = under_key().find_map(|inner| if let Value::Opaque(flaw) = inner { Some(Flaw::clone(flaw)) } else { None });
    match value {
        Value::Dict(entries) if entries.iter().any(|(_, value)| matches!(value, Value::Tensor(_))) => Ok(entries),
        other => Err(opaque.unwrap_or_else(|| Flaw::NoStateDict { found: description(&other) })),
    }
}

/// The kind of a value, and the first keys of a dict.
fn description(value: &Value) -> String {
    let Value::Dict(entries) = value else { return value.kind().to_owned() };
    let keys = entries.iter().filter_map(|(key, _)| if let Value::Str(key) = key { Some(key.as_str()) } else { None });
    let keys: Vec<&str> = keys.take(8).collect();
    if keys.is_empty() { "a dict without names".to_owned() } else { format!("a dict of {}", keys.join(", ")) }
}

fn entry((key, value): (Value, Value)) -> Result<(String, Tensor), Flaw> {
    let Value::Str(name) = key else { return Err(Flaw::BadEntry { name: key.kind().to_owned(), found: value.kind() }) };
    match value {
        Value::Tensor(tensor) => Ok((name, tensor)),
        Value::Opaque(flaw) => Err(Flaw::clone(&flaw)),
        other => Err(Flaw::BadEntry { name, found: other.kind() }),
    }
}

/// Names without the prefix `module.`, if all have it.
fn without_common_prefix(tensors: BTreeMap<String, Tensor>) -> BTreeMap<String, Tensor> {
    const PREFIX: &str = "module.";
    if !tensors.keys().all(|name| name.starts_with(PREFIX)) {
        return tensors;
    }
    tensors.into_iter().map(|(name, tensor)| (name.strip_prefix(PREFIX).unwrap_or(&name).to_owned(), tensor)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Value {
        Value::Str(text.to_owned())
    }

    fn weights(names: &[&str]) -> Value {
        let tensor = || Value::Tensor(Tensor::from_f32(&[1], &[1.0]).unwrap());
        Value::Dict(names.iter().map(|name| (text(name), tensor())).collect())
    }

    fn names(value: Value) -> Vec<String> {
        Checkpoint::from_value(value).unwrap().state_dict.names().map(str::to_owned).collect()
    }

    #[test]
    fn the_weights_are_found_where_people_put_them() {
        assert_eq!(names(weights(&["fc.bias", "conv.weight"])), ["conv.weight", "fc.bias"]);
        assert_eq!(names(Value::Dict(vec![(text("state_dict"), weights(&["a"]))])), ["a"]);
        let clinicadl = vec![(text("model"), weights(&["a"])), (text("epoch"), Value::Int(3)), (text("name"), text("Conv4_FC3"))];
        let checkpoint = Checkpoint::from_value(Value::Dict(clinicadl)).unwrap();
        assert_eq!((checkpoint.epoch, checkpoint.name.as_deref(), checkpoint.state_dict.len()), (Some(3), Some("Conv4_FC3"), 1));
    }

    #[test]
    fn a_prefix_goes_only_if_all_share_it() {
        assert_eq!(names(weights(&["module.a", "module.b"])), ["a", "b"]);
        assert_eq!(names(weights(&["module.a", "b"])), ["b", "module.a"]);
    }

    #[test]
    fn what_is_no_state_dict_is_described() {
        let flaw = Checkpoint::from_value(Value::Dict(vec![(text("optimizer"), Value::None), (text("epoch"), Value::Int(1))]));
        assert_eq!(flaw, Err(Flaw::NoStateDict { found: "a dict of optimizer, epoch".to_owned() }));
        let mixed = Value::Dict(vec![(text("model"), Value::Dict(vec![(text("a"), Value::Int(1))]))]);
        assert_eq!(Checkpoint::from_value(mixed), Err(Flaw::BadEntry { name: "a".to_owned(), found: "an integer" }));
        assert!(matches!(Checkpoint::from_value(Value::List(vec![])), Err(Flaw::NoStateDict { .. })));
    }
}
