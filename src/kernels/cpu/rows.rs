//! The rows of a convolution that are pooled together.

/// At most two rows: y, and code of the first voxel in its pooling block.
#[derive(Default)]
pub struct Rows {
    rows: [(isize, u8); 2],
    len: usize,
}

impl Rows {
    /// Appends one.
    pub fn push(&mut self, row: (isize, u8)) {
        self.rows[self.len] = row;
        self.len += 1;
    }
}

impl std::ops::Deref for Rows {
    type Target = [(isize, u8)];

    fn deref(&self) -> &Self::Target {
        &self.rows[..self.len]
    }
}
