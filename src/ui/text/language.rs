//! The language of the page, and strings that know all of its languages.

use std::cell::Cell;

use crate::web::address;

/// A language of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    English,
    French,
}

impl Language {
    /// All languages, in the order of the menu.
    pub const ALL: [Language; 2] = [Language::English, Language::French];

    /// The language's tag in `lang` attributes and in the address.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// The language's name, in the language itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::French => "Français",
        }
    }

    /// The language of a tag such as `fr-CA`, by its primary part.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language that the address names, else the first of the user's languages that the page has, else English.
    pub fn preferred() -> Self {
        let asked = address::parameter("lang").as_deref().and_then(Self::from_tag);
        asked.or_else(|| address::user_languages().iter().find_map(|tag| Self::from_tag(tag))).unwrap_or(Language::English)
    }
}

thread_local! {
    // Strings are looked up everywhere on the page, so the language is a global instead of an argument. The page has one thread.
    static CURRENT: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language that the page is shown in.
pub fn current_language() -> Language {
    CURRENT.get()
}

/// Changes the language of strings that are looked up from now on; what is already shown has to be rendered again.
pub fn set_language(language: Language) {
    CURRENT.set(language);
    address::set_document_language(language.tag());
}

/// A string in every language of the page.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    english: &'static str,
    french: &'static str,
}

impl Text {
    /// A string in each language.
    pub const fn new(english: &'static str, french: &'static str) -> Self {
        Text { english, french }
    }

    /// A string that is the same in every language.
    pub const fn same(text: &'static str) -> Self {
        Text { english: text, french: text }
    }

    /// The string in the current language.
    pub fn get(self) -> &'static str {
        match current_language() {
            Language::English => self.english,
            Language::French => self.french,
        }
    }
}

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.get().to_owned()
    }
}
