//! ui/src/lib/bindings.ts is what the command table says. `cargo xtask bindings` runs this with GANTRY_BINDINGS=write.

use std::path::Path;

#[test]
fn typescript_bindings_are_what_the_engine_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/lib/bindings.ts");
    let now = gantry_engine::commands::typescript();
    if std::env::var("GANTRY_BINDINGS").as_deref() == Ok("write") {
        std::fs::write(&file, &now).unwrap();
    }
    let written = std::fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
    assert!(
        written == now,
        "ui/src/lib/bindings.ts is stale: run `cargo xtask bindings` and commit it"
    );
}
