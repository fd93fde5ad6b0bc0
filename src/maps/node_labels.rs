//! `label_code` → a name for every output node.

use std::collections::BTreeMap;

use serde_json::Value;

use super::json_keys::{JsonKey, Keys, key};
use super::{ConfigError, ConfigWarning, Task};

const LABEL_CODE: JsonKey = key("label_code");

/// The name of every output node: the inverse of `label_code`, in which several labels may share a node. The one node of a
/// regression is named after its label.
pub(super) fn parse(
    keys: &Keys,
    task: Task,
    label: Option<&str>,
    output_size: usize,
    warnings: &mut Vec<ConfigWarning>,
) -> Result<Vec<String>, ConfigError> {
    let numbered = |node: usize| format!("node {node}");
    if task != Task::Classification {
        let name = |node| label.filter(|_| output_size == 1).map_or_else(|| numbered(node), str::to_owned);
        return Ok((0..output_size).map(name).collect());
    }
    let mut labels: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (label, code) in label_codes(keys, warnings)? {
        match usize::try_from(code).ok().filter(|&node| node < output_size) {
            Some(node) => labels.entry(node).or_default().push(label),
            None => warnings.push(ConfigWarning::LabelOutOfRange { label: label.to_owned(), code, output_size }),
        }
    }
    let name = |node| labels.get(&node).map_or_else(|| numbered(node), |labels| labels.join(" / "));
    Ok((0..output_size).map(name).collect())
}

/// Labels with their nodes, sorted by label.
fn label_codes<'a>(keys: &Keys<'a>, warnings: &mut Vec<ConfigWarning>) -> Result<Vec<(&'a str, i64)>, ConfigError> {
    let Some(object) = keys.object(LABEL_CODE)?.filter(|object| !object.is_empty()) else {
        warnings.push(ConfigWarning::NoLabelCode);
        return Ok(Vec::new());
    };
    let code = |(label, code): (&'a String, &'a Value)| {
        let node = code.as_i64().ok_or_else(|| keys.bad(LABEL_CODE, code, "an object of whole numbers"))?;
        Ok((label.as_str(), node))
    };
    let mut codes: Vec<(&str, i64)> = object.iter().map(code).collect::<Result<_, ConfigError>>()?;
    codes.sort_unstable();
    Ok(codes)
}
