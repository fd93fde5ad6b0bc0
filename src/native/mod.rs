//! The operating system's side of the command line: folders as file trees and stores, options, the terminal.

mod caps_folder;
mod cohort_folders;
mod console;
mod disk_file;
mod folder;
mod options;
mod plot;
mod plot_options;
mod program;
mod walk;

pub use folder::{FolderStore, tree_of_folder};
pub use program::main;
