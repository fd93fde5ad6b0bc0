//! The page's program. Natively there is no page: the program is empty there.

fn main() {
    #[cfg(target_arch = "wasm32")]
    maplens::ui::start();
}
