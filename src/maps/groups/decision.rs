//! Decides whether a group run uses a stored data group or defines a new one, by the rules of `clinicadl interpret` 1.6.1.

use super::{GroupError, NameOf, check_name, is_reserved};

/// The data group that a group run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupRequest<'a> {
    /// Name of the group: `DATA_GROUP`.
    pub name: &'a str,
    /// Names of the groups that the MAPS defines ([`super::super::Maps::defined_groups`]).
    pub defined: &'a [String],
    /// Whether a CAPS was given (`--caps_directory`).
    pub caps_given: bool,
    /// Whether participants were given (`--participants_tsv`).
    pub participants_given: bool,
    /// Whether the group's results are to be erased first (`--overwrite`).
    pub overwrite: bool,
    /// The effect of overwriting on the definition.
    pub rule: OverwriteRule,
}

/// The effect of `--overwrite` on the definition of a group that exists; its results are erased either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverwriteRule {
    /// The definition is kept, and participants and CAPS that were given are ignored, as in ClinicaDL 1.6.0 and 1.6.1.
    KeepsDefinition,
    /// The definition is replaced by the participants and CAPS that were given, as the documentation promises and versions
    /// up to 1.5.1 did.
    ReplacesDefinition,
}

/// How a group run gets the definition of its group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupDecision {
    /// The stored definition is used.
    UseStored {
        /// Whether the group's results ([`super::super::Maps::results_of_group`]) are erased first.
        erase_results: bool,
        /// A warning for the user.
        warning: Option<GroupWarning>,
    },
    /// A new group is defined by the participants and the CAPS that were given, after the check for participants of the
    /// training ([`super::leaking`]).
    Create {
        /// Whether the group's results are erased first.
        erase_results: bool,
    },
}

/// A warning about a decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupWarning {
    /// Overwriting keeps the definition, so participants and CAPS that were given are ignored.
    #[error("the data group {name} keeps its stored participants and CAPS, as in ClinicaDL 1.6.1: those given are ignored")]
    GivenIgnored {
        /// The group.
        name: String,
    },
}

/// Decides whether a group run uses the stored definition or defines a new group.
///
/// # Errors
/// If the name of a new group cannot be a folder's, a stored group would have to change without `--overwrite`, `train` or `validation`
/// would have to change at all, or a new group lacks its participants or its CAPS.
pub fn decide(request: &GroupRequest) -> Result<GroupDecision, GroupError> {
    if request.defined.iter().any(|name| name == request.name) { stored(request) } else { new(request) }
}

fn stored(request: &GroupRequest) -> Result<GroupDecision, GroupError> {
    let name = request.name.to_owned();
    let any_given = request.caps_given || request.participants_given;
    if !request.overwrite {
        return if any_given {
            Err(GroupError::AlreadyDefined { name })
        } else {
            Ok(GroupDecision::UseStored { erase_results: false, warning: None })
        };
    }
    if is_reserved(&name) {
        return Err(GroupError::Reserved { name });
    }
    match request.rule {
        OverwriteRule::KeepsDefinition => {
            Ok(GroupDecision::UseStored { erase_results: true, warning: any_given.then_some(GroupWarning::GivenIgnored { name }) })
        }
        OverwriteRule::ReplacesDefinition if !any_given => Ok(GroupDecision::UseStored { erase_results: true, warning: None }),
        OverwriteRule::ReplacesDefinition => {
            complete(request, |missing| GroupError::HalfReplaced { name, missing })?;
            Ok(GroupDecision::Create { erase_results: true })
        }
    }
}

fn new(request: &GroupRequest) -> Result<GroupDecision, GroupError> {
    let name = request.name.to_owned();
    if is_reserved(&name) {
        return Err(GroupError::ReservedAbsent { name });
    }
    check_name(NameOf::DataGroup, request.name)?;
    complete(request, |missing| GroupError::NotDefined { name, missing, defined: request.defined.to_vec() })?;
    // Results of a group whose definition has gone may still lie there.
    Ok(GroupDecision::Create { erase_results: request.overwrite })
}

/// Checks that participants and CAPS were both given; `error` makes an error of what is missing, in words.
fn complete(request: &GroupRequest, error: impl FnOnce(&'static str) -> GroupError) -> Result<(), GroupError> {
    match (request.participants_given, request.caps_given) {
        (true, true) => Ok(()),
        (true, false) => Err(error("a CAPS")),
        (false, true) => Err(error("a table of participants")),
        (false, false) => Err(error("a table of participants and a CAPS")),
    }
}
