//! Programs and libraries of the operating system.
//!
//! A need is met when the program is in `PATH` or pkg-config knows the library, however it got there. On Debian and
//! Ubuntu the packages are installed; elsewhere the exact command is printed, because guessing at other systems'
//! packages and running that guess as root is not ours to do.

use std::collections::BTreeSet;

use crate::{
    failure::Failure,
    needs::{Installing, other_platforms::OTHER_PLATFORMS},
    paths::which,
    step::{Program, note, step},
};

/// What the packages are wanted for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Purpose {
    /// Building and running the window.
    Window,
    /// The whole-program tests, screenshots and benchmarks: a display, a browser, drivers, a keyring.
    Journeys,
    /// Python's virtual environments, for Google's own clients.
    Judges,
    /// What benchmarks compare with.
    Bench,
    /// Installers.
    Package,
    /// Building for Windows and running it, from Linux.
    Windows,
    /// Type-checking for macOS, from Linux.
    Macos,
}

pub enum Probe {
    Program(&'static [&'static str]),
    Library(&'static str),
    /// A Python with the module that makes virtual environments whole.
    PythonVenv,
    Font,
}

/// One thing that must be there, and what it is called by each package source.
pub struct Need {
    purpose: Purpose,
    probe: Probe,
    debian: &'static str,
    ubuntu: Option<&'static str>,
    fedora: &'static str,
    arch: &'static str,
}

pub const fn need(
    purpose: Purpose,
    probe: Probe,
    debian: &'static str,
    ubuntu: Option<&'static str>,
    fedora: &'static str,
    arch: &'static str,
) -> Need {
    Need {
        purpose,
        probe,
        debian,
        ubuntu,
        fedora,
        arch,
    }
}

use Purpose::{Bench, Journeys, Judges, Package, Window};

/// Everything on Linux. Fedora's dnf takes a file's path for the package that holds it.
const LINUX: &[Need] = &[
    need(
        Window,
        Probe::Program(&["cc"]),
        "build-essential",
        None,
        "gcc gcc-c++ make",
        "base-devel",
    ),
    need(
        Window,
        Probe::Program(&["pkg-config", "pkgconf"]),
        "pkg-config",
        None,
        "pkgconf-pkg-config",
        "pkgconf",
    ),
    need(
        Window,
        Probe::Library("webkit2gtk-4.1"),
        "libwebkit2gtk-4.1-dev",
        None,
        "webkit2gtk4.1-devel",
        "webkit2gtk-4.1",
    ),
    need(
        Window,
        Probe::Library("gtk+-3.0"),
        "libgtk-3-dev",
        None,
        "gtk3-devel",
        "gtk3",
    ),
    need(
        Window,
        Probe::Library("librsvg-2.0"),
        "librsvg2-dev",
        None,
        "librsvg2-devel",
        "librsvg",
    ),
    need(
        Window,
        Probe::Library("dbus-1"),
        "libdbus-1-dev",
        None,
        "dbus-devel",
        "dbus",
    ),
    need(
        Journeys,
        Probe::Program(&["Xvfb"]),
        "xvfb",
        None,
        "xorg-x11-server-Xvfb",
        "xorg-server-xvfb",
    ),
    need(
        Journeys,
        Probe::Program(&["dbus-daemon"]),
        "dbus",
        None,
        "dbus-daemon",
        "dbus",
    ),
    need(
        Journeys,
        Probe::Program(&["gnome-keyring-daemon"]),
        "gnome-keyring",
        None,
        "gnome-keyring",
        "gnome-keyring",
    ),
    need(
        Journeys,
        Probe::Program(&["secret-tool"]),
        "libsecret-tools",
        None,
        "libsecret",
        "libsecret",
    ),
    need(
        Journeys,
        Probe::Program(&["WebKitWebDriver"]),
        "webkit2gtk-driver",
        None,
        "/usr/bin/WebKitWebDriver",
        "webkitgtk-6.0",
    ),
    need(
        Journeys,
        Probe::Program(&["chromium", "chromium-browser", "google-chrome"]),
        "chromium",
        Some("chromium-browser"),
        "chromium",
        "chromium",
    ),
    need(
        Journeys,
        Probe::Program(&["chromedriver"]),
        "chromium-driver",
        Some("chromium-chromedriver"),
        "chromedriver",
        "chromium",
    ),
    need(
        Journeys,
        Probe::Font,
        "fonts-dejavu-core",
        None,
        "dejavu-sans-fonts",
        "ttf-dejavu",
    ),
    need(Judges, Probe::PythonVenv, "python3-venv", None, "python3", "python"),
    need(Bench, Probe::Program(&["curl"]), "curl", None, "curl", "curl"),
    need(Package, Probe::Program(&["file"]), "file", None, "file", "file"),
    need(
        Package,
        Probe::Program(&["patchelf"]),
        "patchelf",
        None,
        "patchelf",
        "patchelf",
    ),
];

fn is_met(probe: &Probe) -> bool {
    match probe {
        Probe::Program(names) => names.iter().any(|name| which(name).is_some()),
        Probe::Library(name) => Program::new("pkg-config").args(["--exists", name]).answer().is_some(),
        Probe::PythonVenv => Program::new("python3")
            .args(["-c", "import ensurepip, venv"])
            .answer()
            .is_some(),
        Probe::Font => ["/usr/share/fonts", "/usr/local/share/fonts"]
            .iter()
            .any(|folder| holds_a_font(folder.as_ref(), 5)),
    }
}

fn holds_a_font(folder: &std::path::Path, depth: u8) -> bool {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return false;
    };
    entries.flatten().any(|entry| {
        let path = entry.path();
        let is_font = path
            .extension()
            .is_some_and(|end| end == "ttf" || end == "otf" || end == "ttc");
        is_font || (depth > 0 && path.is_dir() && holds_a_font(&path, depth - 1))
    })
}

/// Whose package names to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Distribution {
    Debian,
    Ubuntu,
    Fedora,
    Arch,
    Other,
}

fn distribution(os_release: &str) -> Distribution {
    let mut ids = BTreeSet::new();
    for line in os_release.lines() {
        if let Some((key, value)) = line.split_once('=')
            && (key == "ID" || key == "ID_LIKE")
        {
            ids.extend(value.trim_matches('"').split_whitespace());
        }
    }
    // A derivative names its parent in ID_LIKE; Ubuntu is like Debian, but its Chromium is called otherwise.
    if ids.contains("ubuntu") {
        Distribution::Ubuntu
    } else if ids.contains("debian") {
        Distribution::Debian
    } else if ids.contains("fedora") || ids.contains("rhel") {
        Distribution::Fedora
    } else if ids.contains("arch") {
        Distribution::Arch
    } else {
        Distribution::Other
    }
}

fn this_distribution() -> Distribution {
    distribution(&std::fs::read_to_string("/etc/os-release").unwrap_or_default())
}

fn packages(missing: &[&Need], distribution: Distribution) -> Vec<&'static str> {
    let mut names: Vec<&str> = missing
        .iter()
        .flat_map(|need| {
            match distribution {
                Distribution::Ubuntu => need.ubuntu.unwrap_or(need.debian),
                Distribution::Fedora => need.fedora,
                Distribution::Arch => need.arch,
                Distribution::Debian | Distribution::Other => need.debian,
            }
            .split_whitespace()
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// The command that installs `names`, for a person to read or to paste.
fn install_command(names: &[&str], distribution: Distribution) -> String {
    let names = names.join(" ");
    match distribution {
        Distribution::Debian | Distribution::Ubuntu => {
            format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {names}")
        }
        Distribution::Fedora => format!("sudo dnf install {names}"),
        Distribution::Arch => format!("sudo pacman -S --needed {names}"),
        Distribution::Other => format!("your distribution's packages for (Debian's names): {names}"),
    }
}

fn missing(purposes: &[Purpose]) -> Vec<&'static Need> {
    LINUX
        .iter()
        .chain(OTHER_PLATFORMS)
        .filter(|need| purposes.contains(&need.purpose) && !is_met(&need.probe))
        .collect()
}

/// What is missing for `purposes`, as the command that would install it; `None` when all is there.
pub fn missing_command(purposes: &[Purpose]) -> Option<String> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let missing = missing(purposes);
    let distribution = this_distribution();
    (!missing.is_empty()).then(|| install_command(&packages(&missing, distribution), distribution))
}

/// Makes sure that the system has what `purposes` need.
pub fn system(purposes: &[Purpose], installing: Installing) -> Result<(), Failure> {
    if cfg!(target_os = "macos") {
        return macos();
    }
    if cfg!(windows) {
        // WebView2 is part of Windows 10 (since 2021) and 11; the linker comes with the toolchain that built xtask.
        note("Windows: needs the Visual Studio Build Tools (C++), and WebView2, which Windows 10 and 11 bring along");
        return Ok(());
    }
    let missing = missing(purposes);
    if missing.is_empty() {
        return Ok(());
    }
    let distribution = this_distribution();
    let names = packages(&missing, distribution);
    let by_hand = install_command(&names, distribution);
    if installing == Installing::Refused {
        return Err(Failure::new(
            format!("{} system packages are missing: {}", names.len(), names.join(" ")),
            format!("Nothing was installed (--no-install). To install them: {by_hand}"),
        ));
    }
    match distribution {
        Distribution::Debian | Distribution::Ubuntu => {
            step(&format!("System packages: {}", names.join(" ")), || {
                apt(&names, &by_hand)
            })?;
        }
        _ => {
            return Err(Failure::new(
                format!("system packages are missing: {}", names.join(" ")),
                format!("Install them and run this again: {by_hand}"),
            ));
        }
    }
    let still = self::missing(purposes);
    if still.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(
            format!(
                "still missing after the installation: {}",
                packages(&still, distribution).join(" ")
            ),
            format!("Install them by hand: {by_hand}"),
        ))
    }
}

/// Installs Debian packages by name: for needs that are not in the table.
pub fn apt_install(names: &[&str]) -> Result<(), Failure> {
    let by_hand = install_command(names, Distribution::Debian);
    step(&format!("System packages: {}", names.join(" ")), || {
        apt(names, &by_hand)
    })
}

fn macos() -> Result<(), Failure> {
    if Program::new("xcode-select").arg("-p").answer().is_some() {
        return Ok(());
    }
    Err(Failure::new(
        "Apple's command line tools are missing",
        "Run `xcode-select --install`, then this again. WebKit is part of macOS.",
    ))
}

fn apt(names: &[&str], by_hand: &str) -> Result<(), Failure> {
    let is_root = Program::new("id").arg("-u").answer().as_deref() == Some("0");
    if !is_root && which("sudo").is_none() {
        return Err(Failure::new(
            "system packages are missing, and neither are you root nor is there sudo",
            format!("As root: {}", by_hand.replace("sudo ", "")),
        ));
    }
    let apt_get = |arguments: &[&str]| {
        let program = if is_root {
            Program::new("env")
        } else {
            Program::new("sudo").arg("env")
        };
        program
            .args(["DEBIAN_FRONTEND=noninteractive", "apt-get"])
            .args(arguments)
    };
    // An out-of-date list of one source must not stop the others: the install below says what it could not find.
    if let Err(failure) = apt_get(&["update", "-qq"]).run("") {
        note(&format!("{}; trying with the package lists as they are", failure.what));
    }
    let mut install = vec!["install", "-y", "-qq", "--no-install-recommends"];
    install.extend(names);
    apt_get(&install).run(&format!("Install them by hand, then run this again: {by_hand}"))
}

#[cfg(test)]
mod tests {
    use super::{Distribution, LINUX, OTHER_PLATFORMS, distribution, install_command, packages};

    #[test]
    fn derivatives_use_their_parents_packages() {
        assert_eq!(
            distribution("NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"),
            Distribution::Ubuntu
        );
        assert_eq!(distribution("ID=debian\nVERSION_ID=\"12\"\n"), Distribution::Debian);
        assert_eq!(
            distribution("ID=rocky\nID_LIKE=\"rhel centos fedora\"\n"),
            Distribution::Fedora
        );
        assert_eq!(distribution("ID=nixos\n"), Distribution::Other);
    }

    #[test]
    fn ubuntu_gets_its_own_names_and_no_package_is_listed_twice() {
        let all: Vec<_> = LINUX.iter().chain(OTHER_PLATFORMS).collect();
        let names = packages(&all, Distribution::Ubuntu);
        assert!(names.contains(&"chromium-chromedriver") && !names.contains(&"chromium-driver"));
        let arch = packages(&all, Distribution::Arch);
        assert_eq!(arch.iter().filter(|name| **name == "chromium").count(), 1);
        assert!(install_command(&arch, Distribution::Arch).starts_with("sudo pacman -S --needed "));
    }
}
