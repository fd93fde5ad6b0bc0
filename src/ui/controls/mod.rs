//! Controls that panels share. They show what they are given and know neither the study nor the view.

pub mod check_list;
pub mod choice;
pub mod color_bar;
pub mod file_picker;
pub mod option_fields;
pub mod sentences;
pub mod slider;
pub mod switch;
