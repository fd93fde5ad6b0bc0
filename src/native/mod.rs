//! The operating system's side of the command line: folders as file trees and stores, options, the terminal.

mod console;
mod folder;
mod options;
mod plot;
mod plot_options;
mod program;

pub use folder::{FolderStore, tree_of_folder};
pub use program::main;
