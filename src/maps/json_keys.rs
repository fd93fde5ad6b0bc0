//! Typed access to the keys of one JSON object; every error names file and key.

use serde_json::{Map, Value};

use super::ConfigError;

/// The keys of a JSON object that ClinicaDL wrote, with the name of its file for errors.
pub(super) struct Keys<'a> {
    pub file: &'a str,
    pub object: &'a Map<String, Value>,
}

/// The name of a key, and its name in older versions, which is the same if it was never renamed.
#[derive(Clone, Copy)]
pub(super) struct JsonKey {
    pub name: &'static str,
    pub old_name: &'static str,
}

/// The name of a key that was never renamed.
pub(super) const fn key(name: &'static str) -> JsonKey {
    JsonKey { name, old_name: name }
}

/// The value of a key as `read` gives it.
///
/// # Errors
/// The errors of `read`, and [`ConfigError::MissingKey`] if the key is absent.
pub(super) fn required<'a, T>(
    keys: &Keys<'a>,
    key: JsonKey,
    read: impl Fn(&Keys<'a>, JsonKey) -> Result<Option<T>, ConfigError>,
) -> Result<T, ConfigError> {
    read(keys, key)?.ok_or_else(|| keys.missing(key))
}

impl<'a> Keys<'a> {
    /// Whether the object has the key, with whatever value.
    pub fn contains(&self, key: JsonKey) -> bool {
        self.object.contains_key(key.name) || self.object.contains_key(key.old_name)
    }

    /// The value of a key; `None` if it is absent or null.
    pub fn get(&self, key: JsonKey) -> Option<&'a Value> {
        let value = self.object.get(key.name).or_else(|| self.object.get(key.old_name));
        value.filter(|value| !value.is_null())
    }

    /// The value of a key that must be present.
    pub fn require(&self, key: JsonKey) -> Result<&'a Value, ConfigError> {
        self.get(key).ok_or_else(|| self.missing(key))
    }

    /// The error of an absent key.
    pub fn missing(&self, key: JsonKey) -> ConfigError {
        ConfigError::MissingKey { file: self.file.to_owned(), key: key.name }
    }

    /// A text.
    pub fn text(&self, key: JsonKey) -> Result<Option<&'a str>, ConfigError> {
        self.typed(key, "a text", Value::as_str)
    }

    /// A text that is not empty; ClinicaDL writes an empty one for an option that was not given.
    pub fn nonempty_text(&self, key: JsonKey) -> Result<Option<String>, ConfigError> {
        Ok(self.text(key)?.filter(|text| !text.is_empty()).map(str::to_owned))
    }

    /// A boolean.
    pub fn flag(&self, key: JsonKey) -> Result<Option<bool>, ConfigError> {
        self.typed(key, "true or false", Value::as_bool)
    }

    /// A number.
    pub fn number(&self, key: JsonKey) -> Result<Option<f64>, ConfigError> {
        self.typed(key, "a number", Value::as_f64)
    }

    /// A whole number from 1.
    pub fn count(&self, key: JsonKey) -> Result<Option<usize>, ConfigError> {
        let positive = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0);
        self.typed(key, "a whole number from 1", positive)
    }

    /// A list of whole numbers from 1.
    pub fn counts(&self, key: JsonKey) -> Result<Option<Vec<usize>>, ConfigError> {
        let count = |value: &Value| value.as_u64().and_then(|n| usize::try_from(n).ok()).filter(|&n| n > 0);
        self.typed(key, "a list of whole numbers from 1", |value| value.as_array()?.iter().map(count).collect())
    }

    /// A list of texts.
    pub fn texts(&self, key: JsonKey) -> Result<Option<Vec<String>>, ConfigError> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        self.typed(key, "a list of texts", |value| value.as_array()?.iter().map(text).collect())
    }

    /// An object.
    pub fn object(&self, key: JsonKey) -> Result<Option<&'a Map<String, Value>>, ConfigError> {
        self.typed(key, "an object", Value::as_object)
    }

    /// The value of a key, converted by `read`; `expected` is what `read` accepts, in words.
    ///
    /// # Errors
    /// [`ConfigError::BadValue`] if `read` gives `None`.
    pub fn typed<T>(&self, key: JsonKey, expected: &'static str, read: impl Fn(&'a Value) -> Option<T>) -> Result<Option<T>, ConfigError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        read(value).map(Some).ok_or_else(|| self.bad(key, value, expected))
    }

    /// The error of a key with an unexpected value.
    pub fn bad(&self, key: JsonKey, found: &Value, expected: &'static str) -> ConfigError {
        ConfigError::BadValue { file: self.file.to_owned(), key: key.name, found: found.to_string(), expected }
    }
}
