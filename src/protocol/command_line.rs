//! A group run as a command line, to repeat it where there is no browser.

use super::{Convention, InterpretOptions, Method, NiftiForm};

const PROGRAM: &str = "maplens interpret";

/// The source of a data group's sessions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupSource<'a> {
    /// The MAPS defines the group.
    Maps,
    /// The group is new: a CAPS and a table of participants.
    Listed {
        /// `--caps_directory`
        caps: &'a str,
        /// `--participants_tsv`
        table: &'a str,
    },
}

impl InterpretOptions {
    /// The options in the words of `clinicadl interpret` 1.6.1, whose options `--split`, `--convention` and `--nifti_form` do
    /// not exist there: they are given only where they differ from what ClinicaDL does.
    pub fn command(&self, maps: &str, source: GroupSource) -> String {
        let mut words = vec![PROGRAM.to_owned(), quoted(maps), quoted(&self.data_group), quoted(&self.name), self.method.name().to_owned()];
        let mut option = |name: &str, value: &str| words.push(format!("{name} {}", quoted(value)));
        if let Method::GradCam { level: Some(level) } = self.method {
            option("--level_grad_cam", &level.to_string());
        }
        if self.selection_metrics != ["loss"] {
            self.selection_metrics.iter().for_each(|metric| option("--selection_metrics", metric));
        }
        self.splits.iter().for_each(|split| option("--split", &split.to_string()));
        if let GroupSource::Listed { caps, table } = source {
            option("--caps_directory", caps);
            option("--participants_tsv", table);
            self.diagnoses.iter().for_each(|diagnosis| option("-d", diagnosis));
        }
        if self.target_node != 0 {
            option("--target_node", &self.target_node.to_string());
        }
        if self.convention != Convention::default() {
            option("--convention", self.convention.name());
        }
        if !matches!(self.nifti, NiftiForm::None | NiftiForm::Placed) {
            option("--nifti_form", self.nifti.name());
        }
        words.extend(self.flags().map(str::to_owned));
        words.join(" ")
    }

    fn flags(&self) -> impl Iterator<Item = &'static str> {
        let flags = [
            ("--save_individual", self.save_individual),
            ("--save_nifti", self.nifti != NiftiForm::None),
            ("--overwrite", self.overwrite),
            ("--overwrite_name", self.overwrite_name),
        ];
        flags.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name)
    }
}

impl NiftiForm {
    /// Every form, in the order of the page's form.
    pub const ALL: [Self; 4] = [Self::None, Self::Placed, Self::WholeImage, Self::Clinicadl];

    /// The name in the page's form and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Placed => "placed",
            Self::WholeImage => "whole-image",
            Self::Clinicadl => "clinicadl",
        }
    }

    /// The form of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// A word that a POSIX shell takes as it is, or in quotes.
fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_alphanumeric() || "_-./+:,=@".contains(character);
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> InterpretOptions {
        InterpretOptions {
            data_group: "test".to_owned(),
            name: "run1".to_owned(),
            method: Method::Gradients,
            target_node: 0,
            convention: Convention::Clinicadl161,
            splits: Vec::new(),
            selection_metrics: vec!["loss".to_owned()],
            diagnoses: Vec::new(),
            save_individual: false,
            nifti: NiftiForm::None,
            overwrite: false,
            overwrite_name: false,
        }
    }

    #[test]
    fn what_clinicadl_does_by_itself_needs_no_option() {
        assert_eq!(options().command("maps_trivial", GroupSource::Maps), "maplens interpret maps_trivial test run1 gradients");
        let placed = InterpretOptions { nifti: NiftiForm::Placed, ..options() };
        assert_eq!(placed.command("maps", GroupSource::Maps), "maplens interpret maps test run1 gradients --save_nifti");
    }

    #[test]
    fn every_choice_is_a_word() {
        let asked = InterpretOptions {
            method: Method::GradCam { level: Some(4) },
            target_node: 1,
            convention: Convention::Corrected,
            splits: vec![0, 2],
            selection_metrics: vec!["loss".to_owned(), "BA".to_owned()],
            diagnoses: vec!["AD".to_owned()],
            save_individual: true,
            nifti: NiftiForm::WholeImage,
            overwrite: true,
            overwrite_name: true,
            ..options()
        };
        let command = asked.command("my maps", GroupSource::Listed { caps: "caps", table: "it's.tsv" });
        let expected = "maplens interpret 'my maps' test run1 grad-cam --level_grad_cam 4 --selection_metrics loss --selection_metrics BA \
             --split 0 --split 2 --caps_directory caps --participants_tsv 'it'\\''s.tsv' -d AD --target_node 1 --convention corrected \
             --nifti_form whole-image --save_individual --save_nifti --overwrite --overwrite_name";
        assert_eq!(command, expected);
    }

    #[test]
    fn names_of_forms_are_those_of_the_messages() {
        for form in NiftiForm::ALL {
            assert_eq!(serde_json::to_value(form).unwrap(), form.name());
            assert_eq!(NiftiForm::from_name(form.name()), Some(form));
        }
    }
}
