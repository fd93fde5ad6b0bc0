//! PyTorch serialisation, from bytes.
