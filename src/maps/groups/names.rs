//! Checks the names of data groups and interpretations, which become names of folders.

use super::{GroupError, NameOf};
use crate::files::is_passed_over;

/// Checks that a name can be that of a folder on every operating system.
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
        _ if is_passed_over(name) => refuse("folders of such names are hidden or kept by systems, and are never looked into"),
        _ if name.trim() != name || name.ends_with('.') => refuse("it begins or ends with a blank, or ends with a dot"),
        _ => Ok(()),
    }
}
