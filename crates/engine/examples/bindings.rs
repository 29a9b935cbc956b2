//! Prints the TypeScript module of the command table: `cargo xtask bindings` writes it to the window's sources.

fn main() {
    print!("{}", gantry_engine::commands::typescript());
}
