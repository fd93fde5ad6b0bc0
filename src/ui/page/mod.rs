//! What surrounds the panels: header, help, footer, errors, the drop zone, keys.

mod drop_zone;
mod error_banner;
mod footer;
mod header;
mod help;
mod keys;
mod sorting;

pub use drop_zone::DropZone;
pub use error_banner::ErrorBanner;
pub use footer::Footer;
pub use header::Header;
pub use keys::listen_to_keys;
