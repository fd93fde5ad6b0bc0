//! Typed access to the keys of one JSON object; every error names file and key.

use serde_json::{Map, Value};

use super::ConfigError;

/// The keys of an object, as ClinicaDL wrote them.
pub(super) struct Keys<'a> {
    pub file: &'a str,
    pub object: &'a Map<String, Value>,
}

/// A key with the name it had in older versions, if any.
#[derive(Clone, Copy)]
pub(super) struct Key {
    pub name: &'static str,
    pub old_name: &'static str,
}

/// A key that was never renamed.
pub(super) const fn key(name: &'static str) -> Key {
    Key { name, old_name: name }
}

/// The value as `read` gives it; absence is an error.
pub(super) fn required<'a, T>(
    keys: &Keys<'a>,
    key: Key,
    read: impl Fn(&Keys<'a>, Key) -> Result<Option<T>, ConfigError>,
) -> Result<T, ConfigError> {
    read(keys, key)?.ok_or_else(|| keys.missing(key))
}

impl<'a> Keys<'a> {
    /// Whether the key is there, with whatever value.
    pub fn contains(&self, key: Key) -> bool {
        self.object.contains_key(key.name) || self.object.contains_key(key.old_name)
    }

    /// The value, unless it is absent or null.
    pub fn get(&self, key: Key) -> Option<&'a Value> {
        let value = self.object.get(key.name).or_else(|| self.object.get(key.old_name));
        value.filter(|value| !value.is_null())
    }

    /// The value; absence is an error.
    pub fn require(&self, key: Key) -> Result<&'a Value, ConfigError> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    /// The error of an absent key.
    pub fn missing(&self, key: Key) -> ConfigError {
        ConfigError::MissingKey { file: self.file.to_owned(), key: key.name }
    }

    pub fn text(&self, key: Key) -> Result<Option<&'a str>, ConfigError> {
        self.typed(key, "a text", Value::as_str)
    }

    /// Python's empty string stands for "not given".
    pub fn nonempty_text(&self, key: Key) -> Result<Option<String>, ConfigError> {
        Ok(self.text(key)?.filter(|text| !text.is_empty()).map(str::to_owned))
    }

    pub fn flag(&self, key: Key) -> Result<Option<bool>, ConfigError> {
        self.typed(key, "true or false", Value::as_bool)
    }

    pub fn number(&self, key: Key) -> Result<Option<f64>, ConfigError> {
        self.typed(key, "a number", Value::as_f64)
    }

    pub fn count(&self, key: Key) -> Result<Option<usize>, ConfigError> {
        let positive = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0);
        self.typed(key, "a whole number from 1", positive)
    }

    pub fn counts(&self, key: Key) -> Result<Option<Vec<usize>>, ConfigError> {
        let count = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0);
        self.typed(key, "a list of whole numbers from 1", |value| value.as_array()?.iter().map(count).collect())
    }

    pub fn texts(&self, key: Key) -> Result<Option<Vec<String>>, ConfigError> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.typed(key, "a list of texts", |value| value.as_array()?.iter().map(text).collect())
    }

    pub fn object(&self, key: Key) -> Result<Option<&'a Map<String, Value>>, ConfigError> {
        self.typed(key, "an object", Value::as_object)
    }

    /// The value as `T`; `expected` says in words what `read` accepts.
    pub fn typed<T>(&self, key: Key, expected: &'static str, read: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.bad(key, value, expected))
    }

    pub fn bad(&self, key: Key, found: &Value, expected: &'static str) -> ConfigError {
        ConfigError::BadValue { file: self.file.to_owned(), key: key.name, found: found.to_string(), expected }
    }
}
