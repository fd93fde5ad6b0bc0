//! The rows of a convolution that are pooled together.

/// A row of a convolution's output that takes part in pooling.
#[derive(Clone, Copy, Default)]
pub struct PooledRow {
    /// Index of the row in the convolution's output.
    pub y: isize,
    /// The [`winner`](crate::kernels::winner) code of the row's first voxel in its pooling block.
    pub code: u8,
}

/// The rows of a convolution's output that are pooled to one row: at most two.
pub struct PooledRows {
    rows: [PooledRow; 2],
    len: usize,
    /// Whether the zeros that are padded in front of an odd axis take part, too.
    pub touches_padding: bool,
}

impl PooledRows {
    /// No rows yet.
    pub fn new(touches_padding: bool) -> Self {
        Self { rows: [PooledRow::default(); 2], len: 0, touches_padding }
    }

    /// Appends a row.
    ///
    /// # Panics
    /// If there are two rows already.
    pub fn push(&mut self, row: PooledRow) {
        self.rows[self.len] = row;
        self.len += 1;
    }
}

impl std::ops::Deref for PooledRows {
    type Target = [PooledRow];

    fn deref(&self) -> &Self::Target {
        &self.rows[..self.len]
    }
}
