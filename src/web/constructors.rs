//! Static constructors, run once instead of before every call from JavaScript.

unsafe extern "C" {
    /// Made by the linker. Unless a program refers to it, the linker takes the program for a command that is called once, and
    /// puts a call of all constructors before each exported function, the allocator that JavaScript calls included.
    fn __wasm_call_ctors();
}

/// Runs the constructors: first thing in a program some of whose libraries register themselves (CubeCL's kernels do).
///
/// Each full-size map spent as long in them as in its convolutions before the worker called this.
pub fn run() {
    // SAFETY: the function takes nothing and is always there; what it runs (crate `inventory`) guards itself against repetition.
    unsafe { __wasm_call_ctors() }
}
