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
    pub const ALL: [Language; 2] = [Language::English, Language::French];

    /// Its tag, as `lang` attributes and the address have it.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::French => "Français",
        }
    }

    /// Of a tag such as `fr-CA`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// That of the address, else the first of the user's languages that the page speaks, else English.
    pub fn preferred() -> Self {
        let asked = address::parameter("lang").as_deref().and_then(Self::from_tag);
        asked.or_else(|| address::user_languages().iter().find_map(|tag| Self::from_tag(tag))).unwrap_or(Language::English)
    }
}

thread_local! {
    // Strings are asked for in every corner of the page, so the language is no argument of each. The page has one thread.
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
}

/// The language in which the page speaks.
pub fn spoken() -> Language {
    SPOKEN.get()
}

/// Makes the page speak a language from now on; what is on show already has to be made anew.
pub fn speak(language: Language) {
    SPOKEN.set(language);
    address::set_document_language(language.tag());
}

/// A string in every language of the page.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    english: &'static str,
    french: &'static str,
}

impl Text {
    pub const fn new(english: &'static str, french: &'static str) -> Self {
        Text { english, french }
    }

    /// The same in every language.
    pub const fn same(text: &'static str) -> Self {
        Text { english: text, french: text }
    }

    /// In the language that the page speaks.
    pub fn get(self) -> &'static str {
        match spoken() {
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
