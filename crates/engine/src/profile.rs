//! A profile is one Gantry world: a home directory and a base URL. Everything kept derives its place from it, so
//! that a credential of one profile cannot be found, and hence never sent, in another.

use std::path::{Path, PathBuf};

use gantry_domain::GoogleBase;
use sha2::{Digest, Sha256};

use crate::dto::app::ProfileView;
use crate::error::{Error, ErrorCode, Result};

/// The environment variable that puts config, data, cache and logs under one directory.
pub const HOME_VARIABLE: &str = "GANTRY_HOME";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    home: PathBuf,
    /// Whether the person chose the home; the platform's own is the default.
    custom_home: bool,
    base: GoogleBase,
}

impl Profile {
    /// The profile for a home directory (the platform's own where `None`) and a base URL.
    pub fn new(home: Option<&Path>, base: GoogleBase) -> Result<Self> {
        let (home, custom_home) = match home {
            Some(home) => (canonical(home)?, true),
            None => (platform_home()?, false),
        };
        Ok(Self {
            home,
            custom_home,
            base,
        })
    }

    /// The profile that `GANTRY_HOME` and `GANTRY_GOOGLE_BASE_URL` name.
    pub fn from_environment() -> Result<Self> {
        let home = std::env::var_os(HOME_VARIABLE)
            .filter(|home| !home.is_empty())
            .map(PathBuf::from);
        let base = std::env::var(gantry_domain::google_base::BASE_URL_VARIABLE).ok();
        let base = GoogleBase::from_variable(base.as_deref()).map_err(|error| {
            Error::invalid(
                format!(
                    "{} is not usable: {error}.",
                    gantry_domain::google_base::BASE_URL_VARIABLE
                ),
                "Use a loopback address such as http://127.0.0.1:8080, or unset it to work with Google.",
            )
        })?;
        Self::new(home.as_deref(), base)
    }

    /// The same home with another base: for instance the sandbox's.
    pub fn with_base(&self, base: GoogleBase) -> Self {
        Self { base, ..self.clone() }
    }

    pub fn base(&self) -> &GoogleBase {
        &self.base
    }

    /// `google`, or a name that the loopback base gives.
    pub fn id(&self) -> String {
        match self.base.loopback_base() {
            None => "google".to_owned(),
            Some(base) => format!("loopback-{}", short_hash(base)),
        }
    }

    /// The database, locks and logs of this profile.
    pub fn data_directory(&self) -> PathBuf {
        self.home.join(self.id())
    }

    pub fn database_path(&self) -> PathBuf {
        self.data_directory().join("gantry.db")
    }

    /// Where the OS file locks of token refreshes are.
    pub fn locks_directory(&self) -> PathBuf {
        self.data_directory().join("locks")
    }

    pub fn logs_directory(&self) -> PathBuf {
        self.data_directory().join("logs")
    }

    /// Where the person's own templates are, a TOML file each.
    pub fn templates_directory(&self) -> PathBuf {
        self.data_directory().join("templates")
    }

    /// What the window's web view keeps, its cache among it.
    pub fn webview_directory(&self) -> PathBuf {
        self.home.join("webview")
    }

    /// The keychain service under which this profile's secrets are kept. Carries home and base.
    pub fn keychain_service(&self) -> String {
        let home = if self.custom_home {
            format!(".home-{}", short_hash(&self.home.to_string_lossy()))
        } else {
            String::new()
        };
        format!("app.gantry.{}{home}", self.id())
    }

    /// One window an instance, per profile.
    pub fn single_instance_id(&self) -> String {
        self.keychain_service().replace('-', "_")
    }

    /// What a host shows of the profile; `bundled_sandbox` as in [`crate::Host::runs_sandbox`].
    pub fn view(&self, bundled_sandbox: bool) -> ProfileView {
        ProfileView {
            id: self.id(),
            data_directory: self.data_directory().display().to_string(),
            base_url: self.base.loopback_base().map(ToOwned::to_owned),
            bundled_sandbox,
        }
    }
}

/// One spelling for one directory, since the keychain service is named after it. Makes the directory. On Windows without
/// the prefix `\\?\` where it can be done without: people read this path, and other programs are handed it.
fn canonical(home: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(home)
        .and_then(|()| dunce::canonicalize(home))
        .map_err(|error| {
            Error::new(
                ErrorCode::Storage,
                format!("Gantry cannot keep its data in {}.", home.display()),
                "Set GANTRY_HOME to a directory that Gantry may write to.",
            )
            .with_details(error)
        })
}

fn platform_home() -> Result<PathBuf> {
    directories::ProjectDirs::from("app", "Gantry", "Gantry")
        .map(|dirs| dirs.data_local_dir().to_owned())
        .ok_or_else(|| {
            Error::new(
                ErrorCode::Storage,
                "This computer tells no home directory to keep data in.",
                "Set GANTRY_HOME to a directory that Gantry may write to.",
            )
        })
}

fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest[..6]
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn home_and_base_each_give_another_keychain_service() {
        let homes = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let google = Profile::new(Some(homes[0].path()), GoogleBase::google()).unwrap();
        let sandbox = google.with_base(GoogleBase::loopback("http://127.0.0.1:1").unwrap());
        let other_port = google.with_base(GoogleBase::loopback("http://127.0.0.1:2").unwrap());
        let other_home = Profile::new(Some(homes[1].path()), GoogleBase::google()).unwrap();
        let services: std::collections::BTreeSet<String> = [&google, &sandbox, &other_port, &other_home]
            .map(Profile::keychain_service)
            .into();
        assert_eq!(services.len(), 4);
        assert_ne!(google.database_path(), sandbox.database_path());
        let spelt_otherwise = homes[0].path().join("x").join("..");
        std::fs::create_dir(homes[0].path().join("x")).unwrap();
        assert_eq!(
            Profile::new(Some(&spelt_otherwise), GoogleBase::google()).unwrap(),
            google
        );
    }

    #[test]
    fn a_home_is_spelt_as_people_spell_it() {
        let home = tempfile::tempdir().unwrap();
        let profile = Profile::new(Some(home.path()), GoogleBase::google()).unwrap();
        let shown = profile.view(false).data_directory;
        assert!(!shown.contains('?'), "{shown}");
        assert!(Path::new(&shown).is_absolute(), "{shown}");
    }
}
