//! One native integration binary; one module per room.

mod render;
