//! One map at a time: an element on the device, its saliency map, the record of it and its files.

pub(super) mod element_map;
mod requests;
pub(super) mod single_map;
pub(super) mod subject;
