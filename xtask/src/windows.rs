//! `cargo xtask windows`: from Linux, whether the whole app builds for Windows and what of it runs under Wine.
//!
//! Wine runs the crates' own tests and has a Credential Manager. It has no WebView2: the window itself is only linked.

use std::{fs, path::PathBuf};

use crate::{
    failure::Failure,
    needs::{
        Installing, Purpose, node,
        rust_target::{self, Compiler},
        system,
    },
    paths::{target, which},
    step::{Program, note, step, verdict},
};

pub const TARGET: &str = "x86_64-pc-windows-gnu";

/// The window, the command line and the crates: what is built, and whose tests run.
const BUILT: [&str; 10] = [
    "gantry-domain",
    "google-oauth",
    "google-apis",
    "gantry-store",
    "gantry-destinations",
    "gantry-keychain",
    "gantry-engine",
    "gantry-sandbox",
    "gantry-cli",
    "gantry-desktop",
];

/// Packages that are left out, and why.
const LEFT_OUT: [(&str, &str); 2] = [
    (
        "journeys",
        "they drive the window through Xvfb, WebKitWebDriver and gnome-keyring",
    ),
    ("xtask", "it is for the machine that builds"),
];

/// Tests that are left out, and why.
const SKIPPED: [(&str, &str); 3] = [
    (
        "c3_a_thousand_slow_connections_are_capped_and_do_not_keep_the_answer_out",
        "where the queue of a socket is full, Wine refuses a connection that Linux lets wait: the test's own flood fails",
    ),
    (
        "a_damaged_file_is_named_and_never_overwritten",
        "a debug build reads the texts of the age library from the folder it was built in, which a program under Wine \
         does not find; a release build carries them",
    ),
    (
        "many_writers_lose_nothing",
        "Wine 8 does not replace a file that another handle has open; not tried on Windows",
    ),
];

/// Wine 8 lacks a library that Rust's standard library takes random bytes from. It has the function under another name.
const BCRYPT_PRIMITIVES: &str = r"
__declspec(dllimport) unsigned char SystemFunction036(void *bytes, unsigned long length); /* RtlGenRandom */
__declspec(dllexport) int ProcessPrng(unsigned char *bytes, unsigned long long length) {
    for (; length > 0x10000000; bytes += 0x10000000, length -= 0x10000000)
        if (!SystemFunction036(bytes, 0x10000000)) return 0;
    return SystemFunction036(bytes, (unsigned long)length);
}
";

pub fn windows(installing: Installing) -> Result<(), Failure> {
    if !cfg!(target_os = "linux") {
        return Err(Failure::new(
            "this builds for Windows from a Linux machine",
            "On Windows, `cargo xtask test` builds and tests.",
        ));
    }
    system(&[Purpose::Windows], installing)?;
    let node = node::ui_packages(installing)?;
    let compiler = rust_target::compiler(TARGET, installing)?;
    // The window is compiled around ui/dist.
    node::build_ui(&node)?;
    let windows = Windows {
        compiler,
        folder: target().join("windows"),
    };
    step("Everything, linked for Windows (cargo build)", || {
        // All at once and with the tests, so that what follows compiles nothing twice.
        windows
            .cargo("build")
            .args(packages())
            .args(["--quiet", "--all-targets"])
            .run("The lines above say which file is at fault.")
    })?;
    step("A Windows to run it in (Wine)", || windows.set_up_wine())?;
    step("The command line works (gantry doctor)", || {
        windows.command_line_works()
    })?;
    step("Unit and crate tests under Wine (cargo test)", || {
        for (name, reason) in LEFT_OUT.iter().chain(&SKIPPED) {
            note(&format!("LEFT OUT: {name}: {reason}"));
        }
        windows
            .tests()
            .args(["--lib", "--bins", "--tests", "--no-fail-fast", "--"])
            .args(SKIPPED.iter().flat_map(|(name, _)| ["--skip", name]))
            .run("The lines above name each test.")
    })?;
    step("Credential Manager: set, get, delete, and its limit", || {
        windows
            .tests()
            .args(["--test", "credential_manager", "--", "--nocapture"])
            .run("crates/keychain/tests/credential_manager.rs says what was expected.")
    })?;
    verdict(
        &[
            format!(
                "the window and the command line build and link for {TARGET} with {}",
                compiler.name()
            ),
            format!(
                "under {}: the command line starts, makes its home and finds the Credential Manager",
                wine_version()
            ),
            format!("under Wine: the tests of {}", BUILT.join(", ")),
            "under Wine: secrets are kept, read and deleted through the Credential Manager, and one of more than 2560 \
             bytes is refused by name"
                .to_owned(),
        ],
        &[
            "the window was not opened: Wine has no WebView2",
            "Wine is not Windows: file locks, the firewall, browsers and consoles may differ",
            "the installer, signing and the toolchain of Microsoft's compiler (x86_64-pc-windows-msvc)",
        ],
    );
    Ok(())
}

fn packages() -> impl Iterator<Item = &'static str> {
    BUILT.iter().flat_map(|name| ["--package", name])
}

/// A compiler for Windows, and a Windows of our own below the target directory.
struct Windows {
    compiler: Compiler,
    folder: PathBuf,
}

impl Windows {
    fn cargo(&self, subcommand: &str) -> Program {
        self.in_wine(self.compiler.cargo(subcommand))
            .args(["--locked", "--target", TARGET])
            .env("CARGO_TARGET_DIR", &self.folder)
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER", mingw("gcc"))
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", "wine")
            // Where the build puts WebView2Loader.dll, without which no program with a window in it starts.
            .env("WINEPATH", self.folder.join(TARGET).join("debug"))
            .env("CC_x86_64_pc_windows_gnu", mingw("gcc"))
            .env("AR_x86_64_pc_windows_gnu", mingw("ar"))
    }

    fn tests(&self) -> Program {
        self.cargo("test").args(packages())
    }

    /// `program`, and what it starts, with our own registry, files and credentials instead of the person's.
    fn in_wine(&self, program: Program) -> Program {
        program
            .env("WINEPREFIX", self.prefix())
            .env("WINEARCH", "win64")
            .env("WINEDEBUG", "-all")
            // No .NET and no browser: Wine would ask in a dialog whether to download them.
            .env("WINEDLLOVERRIDES", "mscoree=;mshtml=")
    }

    fn prefix(&self) -> PathBuf {
        self.folder.join("wine")
    }

    fn set_up_wine(&self) -> Result<(), Failure> {
        let prefix = self.prefix();
        fs::create_dir_all(&prefix).map_err(|error| Failure::io("making", &prefix, &error))?;
        self.in_wine(Program::new("wine"))
            .args(["wineboot", "--init"])
            .run("Remove target/windows/wine to begin anew.")?;
        let library = prefix.join("drive_c/windows/system32/bcryptprimitives.dll");
        if library.exists() {
            return Ok(()); // newer than Wine 8, or written before
        }
        let source = self.folder.join("bcryptprimitives.c");
        fs::write(&source, BCRYPT_PRIMITIVES).map_err(|error| Failure::io("writing", &source, &error))?;
        Program::new(mingw("gcc"))
            .args(["-shared", "-O1", "-s", "-o"])
            .arg(&library)
            .arg(&source)
            .arg("-ladvapi32")
            .run("")
    }

    /// The program as people start it: its home, its database, the keychain's own self-test.
    fn command_line_works(&self) -> Result<(), Failure> {
        let program = self.folder.join(TARGET).join("debug").join("gantry.exe");
        let answer = self
            .in_wine(Program::new("wine"))
            .arg(&program)
            .args(["--json", "doctor"])
            .env("GANTRY_HOME", r"C:\gantry-home")
            .answer()
            .unwrap_or_default();
        note(&answer);
        if answer.contains(r#""keychain":{"state":"available","name":"Windows Credential Manager"}"#) {
            return Ok(());
        }
        Err(Failure::new(
            "`gantry.exe doctor` did not find Windows' keychain under Wine",
            format!("`wine {} doctor` shows more.", program.display()),
        ))
    }
}

/// A tool of MinGW. Where there are two, the one with POSIX threads, as Rust's own is built.
fn mingw(tool: &str) -> String {
    let plain = format!("x86_64-w64-mingw32-{tool}");
    let posix = format!("{plain}-posix");
    if which(&posix).is_some() { posix } else { plain }
}

fn wine_version() -> String {
    Program::new("wine")
        .arg("--version")
        .env("WINEDEBUG", "-all")
        .answer()
        .unwrap_or_default()
}
