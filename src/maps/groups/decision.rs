//! Whether a group run uses a stored data group or makes a new one: the rules of `clinicadl interpret` 1.6.1.

use super::{GroupError, NameOf, check_name, is_reserved};

/// What a group run asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GroupRequest<'a> {
    /// `DATA_GROUP`.
    pub name: &'a str,
    /// Names of the groups that the MAPS defines ([`super::super::Maps::defined_groups`]).
    pub defined: &'a [String],
    /// Whether a CAPS was given (`--caps_directory`).
    pub caps_given: bool,
    /// Whether participants were given (`--participants_tsv`).
    pub participants_given: bool,
    /// `--overwrite`.
    pub overwrite: bool,
    /// What overwriting does to the definition.
    pub rule: OverwriteRule,
}

/// What `--overwrite` does to the definition of a group that exists; its results are erased either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverwriteRule {
    /// It stays, and what was given is ignored: what ClinicaDL 1.6.0 and 1.6.1 do.
    KeepsDefinition,
    /// It is replaced by what was given: what the documentation promises, and versions up to 1.5.1 did.
    ReplacesDefinition,
}

/// What a group run does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupDecision {
    /// Take the stored definition.
    UseStored {
        /// Whether the group's results ([`super::super::Maps::results_of_group`]) are erased first.
        erase_results: bool,
        /// What the user should know.
        warning: Option<GroupWarning>,
    },
    /// Make a definition of what was given, after the check for participants of the training ([`super::leaking`]).
    Create {
        /// Whether the group's results are erased first.
        erase_results: bool,
    },
}

/// What the user should know of a decision.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GroupWarning {
    /// Overwriting keeps the definition.
    #[error("the data group {name} keeps its stored participants and CAPS, as in ClinicaDL 1.6.1: those given are ignored")]
    GivenIgnored {
        /// The group.
        name: String,
    },
}

/// Decides.
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

/// Whether participants and CAPS were given; `error` is told what was not.
fn complete(request: &GroupRequest, error: impl FnOnce(&'static str) -> GroupError) -> Result<(), GroupError> {
    match (request.participants_given, request.caps_given) {
        (true, true) => Ok(()),
        (true, false) => Err(error("a CAPS")),
        (false, true) => Err(error("a table of participants")),
        (false, false) => Err(error("a table of participants and a CAPS")),
    }
}
