//! The rows of a convolution that are computed together.

/// At most four rows: plane in the step, y, and code of the first voxel in its pooling block.
#[derive(Default)]
pub struct Rows {
    rows: [(usize, isize, u8); 4],
    len: usize,
}

impl Rows {
    /// Appends one.
    pub fn push(&mut self, row: (usize, isize, u8)) {
        self.rows[self.len] = row;
        self.len += 1;
    }
}

impl std::ops::Deref for Rows {
    type Target = [(usize, isize, u8)];

    fn deref(&self) -> &Self::Target {
        &self.rows[..self.len]
    }
}
