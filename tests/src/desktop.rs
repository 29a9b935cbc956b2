//! A desktop of a test's own: X server, D-Bus session, unlocked keyring, home directory. Nothing of the person's own
//! desktop is touched, and two tests never meet.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    process::{Finished, Process},
    programs::{in_path, python},
};

/// The keyring's password; nobody is asked for it.
const KEYRING_PASSWORD: &str = "journey";

/// What a desktop's session has for a keychain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keyring {
    Unlocked,
    /// There, and closed; the prompt cannot be answered, which counts as dismissed.
    Locked,
    /// None that has anything to keep secrets in: the bus starts one on demand, without a default collection.
    Empty,
    /// A session bus that nobody on it can start a Secret Service for.
    NoService,
    /// No session bus at all.
    NoBus,
    /// A Secret Service that takes calls and never answers, played by python-dbusmock.
    Hung,
}

#[derive(Debug)]
pub struct Desktop {
    // Dropped in this order: who uses the bus and the display ends before them.
    keyring: Option<Process>,
    _bus: Process,
    _display: Process,
    environment: Vec<(String, String)>,
    home: TempDir,
}

impl Desktop {
    /// A whole desktop with an unlocked keyring.
    pub fn start() -> Self {
        Self::with(Keyring::Unlocked)
    }

    /// A desktop whose session has no keyring at all.
    pub fn without_keyring() -> Self {
        Self::with(Keyring::Empty)
    }

    /// The same desktop, on which Gantry writes all that it can into its log.
    #[must_use]
    pub fn with_every_log_line(mut self) -> Self {
        self.environment.push(("GANTRY_LOG".to_owned(), "trace".to_owned()));
        self
    }

    /// A desktop with this for a keychain.
    pub fn with(keyring: Keyring) -> Self {
        let home = tempfile::Builder::new()
            .prefix("gantry-journey-")
            .tempdir()
            .expect("a temporary home");
        let folder = |name: &str| {
            let folder = home.path().join(name);
            std::fs::create_dir_all(&folder).expect("a folder in the temporary home");
            folder
        };
        let runtime = folder("run");
        make_private(&runtime);
        let mut environment = vec![
            ("HOME".to_owned(), shown(home.path())),
            ("XDG_RUNTIME_DIR".to_owned(), shown(&runtime)),
            ("XDG_DATA_HOME".to_owned(), shown(&folder("data"))),
            ("XDG_CONFIG_HOME".to_owned(), shown(&folder("config"))),
            ("XDG_CACHE_HOME".to_owned(), shown(&folder("cache"))),
            ("GANTRY_HOME".to_owned(), shown(&folder("gantry"))),
            ("GDK_BACKEND".to_owned(), "x11".to_owned()),
            ("NO_AT_BRIDGE".to_owned(), "1".to_owned()),
            ("LANG".to_owned(), "C.UTF-8".to_owned()),
            ("TZ".to_owned(), "Europe/Zurich".to_owned()),
        ];

        let (display, number) = Process::start_and_read(
            Command::new(in_path(&["Xvfb"]))
                .args([
                    "-displayfd",
                    "1",
                    "-screen",
                    "0",
                    "1280x800x24",
                    "-nolisten",
                    "tcp",
                    "-fbdir",
                ])
                .arg(&runtime)
                .stderr(Stdio::null()),
            Duration::from_secs(20),
            |line| line.trim().parse::<u32>().ok(),
        );
        environment.push(("DISPLAY".to_owned(), format!(":{number}")));

        let mut daemon = Command::new(in_path(&["dbus-daemon"]));
        match keyring {
            // No service can be started on it.
            Keyring::NoService | Keyring::Hung => {
                let settings = home.path().join("bus.conf");
                std::fs::write(&settings, BUS_WITHOUT_SERVICES).expect("the bus's settings");
                daemon.arg(format!("--config-file={}", settings.display()));
            }
            _ => {
                daemon.arg("--session");
            }
        }
        // A socket with a path: abstract ones cannot be reached from where a program has no network.
        let socket = format!("--address=unix:path={}", runtime.join("session-bus").display());
        daemon
            .args(["--nofork", "--print-address=1", &socket])
            .envs(environment.iter().cloned());
        if keyring == Keyring::Locked {
            // Who asks for the password cannot open a window: the prompt ends as if it had been dismissed.
            daemon.env_remove("DISPLAY");
        }
        let (bus, address) = Process::start_and_read(daemon.stderr(Stdio::null()), Duration::from_secs(20), |line| {
            line.starts_with("unix:").then(|| line.to_owned())
        });
        let address = match keyring {
            Keyring::NoBus => format!("unix:path={}", shown(&runtime.join("no-bus"))),
            _ => address,
        };
        environment.push(("DBUS_SESSION_BUS_ADDRESS".to_owned(), address));

        let keyring = match keyring {
            Keyring::Unlocked => Some(start_keyring(&environment)),
            Keyring::Locked => Some(start_locked_keyring(&environment)),
            Keyring::Hung => Some(start_hung_service(&environment)),
            Keyring::Empty | Keyring::NoService | Keyring::NoBus => None,
        };
        Self {
            keyring,
            _bus: bus,
            _display: display,
            environment,
            home,
        }
    }

    /// Ends the session's keyring and starts it again, unlocked, as after typing its password.
    pub fn unlock_keyring(&mut self) {
        self.keyring = None;
        self.keyring = Some(start_keyring(&self.environment));
    }

    /// What a program on this desktop finds in its environment.
    pub fn environment(&self) -> impl Iterator<Item = (String, String)> + '_ {
        self.environment.iter().cloned()
    }

    /// A command that will run on this desktop, without the person's own Gantry, browser or network settings.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in [
            "BROWSER",
            "WAYLAND_DISPLAY",
            "GANTRY_GOOGLE_BASE_URL",
            "GANTRY_LOG",
            "GANTRY_SECRETS_FILE",
            "RUST_LOG",
            "NO_COLOR",
            "DISPLAY",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "NO_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
            "no_proxy",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
        ] {
            command.env_remove(name);
        }
        command.envs(self.environment());
        command
    }

    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// `GANTRY_HOME`: Gantry's database and logs are under it.
    pub fn gantry_home(&self) -> PathBuf {
        self.home.path().join("gantry")
    }

    /// What the windows of this desktop have written to their standard output and standard error.
    pub fn window_output(&self) -> PathBuf {
        self.home.path().join("window-output.txt")
    }

    /// What the screen shows now, byte by byte: the X server keeps its frame buffer in a file (`-fbdir`).
    pub fn frame(&self) -> Vec<u8> {
        std::fs::read(self.home.path().join("run").join("Xvfb_screen0")).expect("the frame buffer's file")
    }

    /// The secrets that the keyring holds, as `secret-tool` finds them under this attribute's value.
    pub fn secrets(&self, attribute: &str, value: &str) -> String {
        Finished::of(
            self.command("secret-tool")
                .args(["search", "--all", "--unlock", attribute, value]),
        )
        .stdout
    }

    /// All that programs have filed under a service's name (as Gantry does), with the secrets.
    pub fn all_service_secrets(&self) -> String {
        let items = property(
            &self.environment,
            DEFAULT_COLLECTION,
            "org.freedesktop.Secret.Collection",
            "Items",
        );
        let mut services: Vec<String> = strings(&items)
            .filter_map(|item| {
                let attributes = property(&self.environment, item, "org.freedesktop.Secret.Item", "Attributes");
                let mut words = strings(&attributes);
                words.find(|word| *word == "service")?;
                words.next().map(str::to_owned)
            })
            .collect();
        services.sort();
        services.dedup();
        services
            .iter()
            .map(|service| self.secrets("service", service))
            .collect()
    }
}

/// gnome-keyring, unlocked; returns when the Secret Service answers on the bus.
fn start_keyring(environment: &[(String, String)]) -> Process {
    use std::io::Write;
    let mut process = Process::start(
        Command::new(in_path(&["gnome-keyring-daemon"]))
            .args(["--unlock", "--components=secrets", "--foreground"])
            .envs(environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    process
        .stdin()
        .write_all(KEYRING_PASSWORD.as_bytes())
        .expect("the keyring reads its password");
    process.close_stdin();

    let deadline = Instant::now() + Duration::from_secs(20);
    while !default_collection_is_unlocked(environment) {
        assert!(
            Instant::now() < deadline && !process.has_ended(),
            "gnome-keyring did not come up"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
    process
}

/// gnome-keyring with a default collection that was made before, and whose password nobody has typed.
fn start_locked_keyring(environment: &[(String, String)]) -> Process {
    // It makes the collection, and ends.
    drop(start_keyring(environment));
    let process = Process::start(
        Command::new(in_path(&["gnome-keyring-daemon"]))
            .args(["--start", "--components=secrets", "--foreground"])
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null()),
    );
    wait_for_name(environment);
    process
}

/// A Secret Service whose first method never returns.
fn start_hung_service(environment: &[(String, String)]) -> Process {
    let process = Process::start(
        Command::new(python())
            .args(["-m", "dbusmock", "--session"])
            .args([
                SECRET_SERVICE,
                "/org/freedesktop/secrets",
                "org.freedesktop.Secret.Service",
            ])
            .envs(environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null()),
    );
    wait_for_name(environment);
    let method = [
        "org.freedesktop.Secret.Service",
        "OpenSession",
        "sv",
        "vo",
        "__import__('time').sleep(86400)",
    ];
    let method = method.map(|text| format!("string:{text}"));
    let mut call = vec![
        "--dest=org.freedesktop.secrets",
        "/org/freedesktop/secrets",
        "org.freedesktop.DBus.Mock.AddMethod",
    ];
    call.extend(method.iter().map(String::as_str));
    let answer = ask(environment, &call);
    assert!(answer.contains("method return"), "the mock takes its method: {answer}");
    process
}

/// Waits until the Secret Service has its name on the bus.
fn wait_for_name(environment: &[(String, String)]) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !has_owner(environment) {
        assert!(Instant::now() < deadline, "no Secret Service came up");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn has_owner(environment: &[(String, String)]) -> bool {
    let owner = [
        "--dest=org.freedesktop.DBus",
        "/",
        "org.freedesktop.DBus.NameHasOwner",
        "string:org.freedesktop.secrets",
    ];
    ask(environment, &owner).contains("boolean true")
}

const SECRET_SERVICE: &str = "org.freedesktop.secrets";

/// A session bus that starts nothing by itself.
const BUS_WITHOUT_SERVICES: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// The service is up when its default collection exists and is not locked: asked over the bus, as a client would.
fn default_collection_is_unlocked(environment: &[(String, String)]) -> bool {
    // The owner first: a call to a name without one would make the bus start a second, locked keyring.
    if !has_owner(environment) {
        return false;
    }
    property(
        environment,
        DEFAULT_COLLECTION,
        "org.freedesktop.Secret.Collection",
        "Locked",
    )
    .contains("boolean false")
}

const DEFAULT_COLLECTION: &str = "/org/freedesktop/secrets/aliases/default";

/// A property of one of the Secret Service's objects, as `dbus-send` prints it.
fn property(environment: &[(String, String)], object: &str, interface: &str, name: &str) -> String {
    let (interface, name) = (format!("string:{interface}"), format!("string:{name}"));
    let get = "org.freedesktop.DBus.Properties.Get";
    ask(
        environment,
        &["--dest=org.freedesktop.secrets", object, get, &interface, &name],
    )
}

fn ask(environment: &[(String, String)], arguments: &[&str]) -> String {
    let mut send = Command::new("dbus-send");
    send.envs(environment.iter().cloned())
        .args(["--session", "--print-reply"])
        .args(arguments);
    Finished::of(&mut send).stdout
}

/// The strings in what `dbus-send` printed.
fn strings(printed: &str) -> impl Iterator<Item = &str> {
    printed.split('"').skip(1).step_by(2)
}

fn make_private(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700)).expect("a private folder");
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
