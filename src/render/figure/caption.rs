//! What a figure was made of, for the metadata of its file.

/// The metadata of a figure's file, in every format.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Caption {
    /// Title of the figure; empty where there is none.
    pub title: String,
    /// The program that drew it, such as `MapLens 0.1.0`.
    pub software: String,
    /// SHA-256 in hexadecimal digits: of the map's file on the command line, of its values (as in the record) on the page.
    pub map_sha256: String,
    /// The options that it was drawn with: mode, cuts, threshold and so on, in words.
    pub description: String,
}

impl Caption {
    /// Keyword and content of a PNG's text chunks; the registered keywords where there are such.
    pub fn texts(&self) -> Vec<(&str, &str)> {
        let texts = [
            ("Title", self.title.as_str()),
            ("Software", self.software.as_str()),
            ("Description", self.description.as_str()),
            ("Map SHA-256", self.map_sha256.as_str()),
        ];
        texts.into_iter().filter(|(_, text)| !text.is_empty()).collect()
    }
}
