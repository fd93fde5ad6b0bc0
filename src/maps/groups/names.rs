//! Which names a data group or an interpretation may have: they become folders.

use std::fmt;

use super::GroupError;

/// What a name is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameOf {
    /// `DATA_GROUP`
    DataGroup,
    /// `NAME`
    Interpretation,
}

/// Whether a name can be a folder's, on every system.
///
/// # Errors
/// [`GroupError::BadName`] with the name and what is wrong with it.
pub fn check_name(of: NameOf, name: &str) -> Result<(), GroupError> {
    let refuse = |why| Err(GroupError::BadName { of, name: name.to_owned(), why });
    match name {
        "" => refuse("it is empty"),
        "." | ".." => refuse("it stands for a folder that exists already"),
        _ if name.contains(['/', '\\']) => refuse("it holds a slash"),
        _ if name.chars().any(|c| c.is_control() || ":*?\"<>|".contains(c)) => {
            refuse("it holds a character that names of folders cannot have")
        }
        _ if name.trim() != name || name.ends_with('.') => refuse("it begins or ends with a blank, or ends with a dot"),
        _ => Ok(()),
    }
}

impl fmt::Display for NameOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameOf::DataGroup => "a data group",
            NameOf::Interpretation => "an interpretation",
        })
    }
}
