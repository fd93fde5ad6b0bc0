//! A dataset folder: participants and sessions → images.
//!
//! The dataset may be a CAPS (`subjects/<participant>/<session>/…`), any folder that contains one, or loose image files,
//! each with or without a table of participants. Whatever is left out is reported as a [`Warning`].

mod agreement;
mod catalogue;
mod element_source;
mod element_warning;
mod error;
mod file_stem;
mod glob;
mod grids;
mod image;
mod image_entry;
mod input_spec;
mod layout;
mod masks;
mod pairing;
mod participants;
mod prepared;
mod runs;
mod selection;
mod session_check;
mod warning;

pub use agreement::Disagreement;
pub use catalogue::{ImageCatalogue, ListedRow};
pub use element_source::{ElementSource, LoadedElement, SessionElements};
pub use element_warning::ElementWarning;
pub use error::CapsError;
pub use image::{LoadedImage, read_image};
pub use image_entry::{ImageEntry, ImageFormat};
pub use input_spec::InputSpec;
pub use session_check::{ExpectedInput, SessionProblem, all_absent};
pub use warning::Warning;
