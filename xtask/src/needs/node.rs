//! Node and npm for the UI, and the UI's packages.
//!
//! Where the machine's Node is missing or too old for Vite, one is fetched from npm's own package `node`, into the
//! target directory: no system file changes. Only a machine without any npm needs a package for that.

use std::path::PathBuf;

use crate::{
    failure::Failure,
    needs::{Installing, version},
    paths::{root, stamp_is_fresh, target, ui, which, write_stamp},
    step::{Program, note, step},
};

const NODE: &str = "20.19";
const NPM: &str = "11";
const GET_NODE: &str =
    "Install Node 20.19 or newer (https://nodejs.org, or your system's package) with npm 11 or newer.";

/// A Node that is new enough: programs run through it find `node`, `npm` and `npx` first in their `PATH`.
pub struct Node {
    bin: Option<PathBuf>,
}

impl Node {
    /// `npm` in ui/.
    pub fn npm(&self) -> Program {
        self.program("npm").in_dir(&ui())
    }

    /// `node` itself, for a test that starts a program of it.
    pub fn interpreter(&self) -> PathBuf {
        self.bin
            .as_ref()
            .map_or_else(|| PathBuf::from("node"), |bin| bin.join("node"))
    }

    /// `npx --prefix ui ...` in the repository's root.
    pub fn npx(&self) -> Program {
        self.program("npx").args(["--prefix", "ui"])
    }

    /// `node`, `npm` or `npx` itself, with its own folder first in its `PATH`.
    fn program(&self, name: &str) -> Program {
        // npm and npx are scripts; on Windows their names end otherwise.
        let name = if cfg!(windows) && name != "node" {
            format!("{name}.cmd")
        } else {
            name.to_owned()
        };
        let Some(bin) = &self.bin else {
            return Program::new(name);
        };
        let mut folders = vec![bin.clone()];
        folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
        Program::new(bin.join(name)).env("PATH", std::env::join_paths(folders).unwrap_or_default())
    }

    fn is_new_enough(&self) -> bool {
        [("node", NODE), ("npm", NPM)].into_iter().all(|(name, least)| {
            self.program(name)
                .arg("--version")
                .answer()
                .is_some_and(|found| version(&found) >= version(least))
        })
    }
}

fn ours() -> PathBuf {
    target().join("node")
}

/// The machine's own Node or the one fetched before, where it is new enough; installs nothing.
pub fn find() -> Option<Node> {
    [
        Node { bin: None },
        Node {
            bin: Some(ours().join("node_modules").join(".bin")),
        },
    ]
    .into_iter()
    .find(Node::is_new_enough)
}

/// A Node that is new enough, fetched if need be.
pub fn node(installing: Installing) -> Result<Node, Failure> {
    if let Some(found) = find() {
        return Ok(found);
    }
    if installing == Installing::Refused {
        return Err(Failure::new(format!("Node {NODE} and npm {NPM} are missing"), GET_NODE));
    }
    if which("npm").is_none() && which("npm.cmd").is_none() {
        if which("apt-get").is_none() {
            return Err(Failure::new("Node is missing", GET_NODE));
        }
        // Debian's own is old, but its npm can fetch a new one.
        super::system::apt_install(&["nodejs", "npm"])?;
        if let Some(found) = find() {
            return Ok(found);
        }
    }
    step(&format!("Node {NODE} or newer"), || {
        let folder = ours();
        std::fs::create_dir_all(&folder).map_err(|error| Failure::io("making", &folder, &error))?;
        let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
        Program::new(npm)
            .args(["install", "--no-fund", "--no-audit", "--no-save", "--prefix"])
            .arg(&folder)
            .args(["node@22", "npm@11"])
            .run(GET_NODE)
    })?;
    find().ok_or_else(|| Failure::new("the Node that npm fetched does not run here", GET_NODE))
}

/// Node, and ui/node_modules as package-lock.json says.
pub fn ui_packages(installing: Installing) -> Result<Node, Failure> {
    let node = node(installing)?;
    packages(&node, "UI packages", "ui", installing)?;
    Ok(node)
}

/// The OpenID provider that judges our sign-in, as its package-lock.json says.
pub fn judge_packages(node: &Node, installing: Installing) -> Result<(), Failure> {
    packages(node, "Judge's packages", "tests/judges/node", installing)
}

fn packages(node: &Node, what: &str, folder: &str, installing: Installing) -> Result<(), Failure> {
    let path = root().join(folder);
    let lock = path.join("package-lock.json");
    let stamp = path.join("node_modules").join(".installed-package-lock.json");
    if stamp_is_fresh(&stamp, &lock) {
        return Ok(());
    }
    if installing == Installing::Refused {
        return Err(Failure::new(
            format!("{folder}/node_modules is missing or older than {folder}/package-lock.json"),
            format!("Nothing was installed (--no-install). To install it: npm --prefix {folder} ci"),
        ));
    }
    step(&format!("{what} (npm ci)"), || {
        node.program("npm")
            .in_dir(&path)
            .args(["ci", "--no-fund", "--no-audit"])
            .run(&format!(
                "Is the registry reachable? `npm --prefix {folder} ci` by hand shows more."
            ))?;
        write_stamp(&stamp, &lock)
    })
}

/// Builds ui/dist, which the window is compiled around.
pub fn build_ui(node: &Node) -> Result<(), Failure> {
    step("UI (vite build)", || {
        node.npm()
            .args(["run", "--silent", "build"])
            .run("The lines above say which file is at fault.")
    })
}

/// One line about Node for `doctor`.
pub fn doctor() {
    match find() {
        Some(node) => {
            let found = |name| node.program(name).arg("--version").answer().unwrap_or_default();
            note(&format!("ok       Node {} with npm {}", found("node"), found("npm")));
        }
        None => note(&format!("missing  Node {NODE} with npm {NPM}. {GET_NODE}")),
    }
}
