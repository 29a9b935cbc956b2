//! Where templates are: those that come with Gantry, and the person's own in the profile's directory.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::{checks, file};
use crate::dto::templates::{FORMAT, Template, TemplateProperty, TemplateTagManager};
use crate::error::{Error, ErrorCode, Result};

/// The plain website's, which is taken where no template is named.
pub(super) const PLAIN: &str = "site";

/// Files that come with Gantry, in the order in which they are shown.
const SHIPPED: [(&str, &str); 5] = [
    (PLAIN, include_str!("../../templates/site.toml")),
    ("shop", include_str!("../../templates/shop.toml")),
    ("leads", include_str!("../../templates/leads.toml")),
    ("content", include_str!("../../templates/content.toml")),
    ("app", include_str!("../../templates/app.toml")),
];

/// A template and where it is from.
#[derive(Clone, Debug)]
pub(super) struct Shelved {
    pub(super) template: Template,
    pub(super) toml: String,
    /// `None` for one that comes with Gantry.
    pub(super) path: Option<PathBuf>,
}

impl Shelved {
    /// The place of a file that cannot be read.
    pub(super) fn unusable(folder: &Path, name: &str) -> Self {
        Self {
            template: bare(name),
            toml: String::new(),
            path: Some(path(folder, name)),
        }
    }
}

/// The plain website. A test holds that the file which comes with Gantry is readable; were it not, a set-up would make
/// what Google makes by itself.
pub(super) fn plain() -> Template {
    static PLAIN_SITE: LazyLock<Template> = LazyLock::new(|| {
        shipped(PLAIN)
            .and_then(std::result::Result::ok)
            .map_or_else(|| bare(PLAIN), |site| site.template)
    });
    PLAIN_SITE.clone()
}

/// A template that makes nothing of its own.
pub(super) fn bare(name: &str) -> Template {
    Template {
        format: FORMAT,
        name: name.to_owned(),
        version: 1,
        title: name.to_owned(),
        description: String::new(),
        property: TemplateProperty::default(),
        enhanced_measurement: None,
        key_events: Vec::new(),
        custom_dimensions: Vec::new(),
        people: Vec::new(),
        tag_manager: TemplateTagManager::default(),
    }
}

/// Names of those that come with Gantry.
pub(super) fn shipped_names() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|(name, _)| *name)
}

pub(super) fn shipped(name: &str) -> Option<Result<Shelved>> {
    let (_, toml) = SHIPPED.iter().find(|(shipped, _)| *shipped == name)?;
    Some(file::parse(toml).map(|template| Shelved {
        template,
        toml: (*toml).to_owned(),
        path: None,
    }))
}

/// The person's own before a shipped one of the same name.
pub(super) fn take(folder: &Path, name: &str) -> Result<Shelved> {
    if let Some(own) = own(folder, name)? {
        return Ok(own);
    }
    shipped(name).unwrap_or_else(|| Err(no_such(folder, name)))
}

/// The person's own; a name that no file can have is nobody's.
pub(super) fn own(folder: &Path, name: &str) -> Result<Option<Shelved>> {
    if !checks::is_name(name) {
        return Ok(None);
    }
    let path = path(folder, name);
    let Some(toml) = read(&path)? else { return Ok(None) };
    let template = file::parse(&toml).map_err(|error| in_file(error, &path))?;
    if template.name != name {
        let message = format!("{} calls itself {:?} inside.", path.display(), template.name);
        return Err(Error::invalid(message, "Give the file and the template the same name."));
    }
    Ok(Some(Shelved {
        template,
        toml,
        path: Some(path),
    }))
}

/// All there are: those that come with Gantry, then the person's own, each name once.
pub(super) fn names(folder: &Path) -> Result<Vec<String>> {
    let own = own_names(folder)?;
    let shipped = shipped_names().map(str::to_owned);
    Ok(shipped.filter(|name| !own.contains(name)).chain(own.clone()).collect())
}

/// Names of the person's own, sorted. Other files in the folder are nobody's business.
fn own_names(folder: &Path) -> Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unreadable(folder, &error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| unreadable(folder, &error))?;
        let name = entry.file_name();
        let name = name.to_str().and_then(|name| name.strip_suffix(".toml"));
        names.extend(name.filter(|name| checks::is_name(name)).map(ToOwned::to_owned));
    }
    names.sort();
    Ok(names)
}

/// Puts a template on the shelf, as it is written: comments stay. One is there whole or not at all.
pub(super) fn put(folder: &Path, toml: &str, replace: bool) -> Result<Shelved> {
    let template = file::parse(toml)?;
    let path = path(folder, &template.name);
    if !replace && path.exists() {
        return Err(Error::new(
            ErrorCode::Conflict,
            format!("There is a template {:?} already.", template.name),
            "Give the new one another name, or let it take the old one's place.",
        ));
    }
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    write(&path, toml)?;
    Ok(Shelved {
        template,
        toml: toml.to_owned(),
        path: Some(path),
    })
}

pub(super) fn remove(folder: &Path, name: &str) -> Result<()> {
    let gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::NotFound;
    let removed = if checks::is_name(name) {
        std::fs::remove_file(path(folder, name))
    } else {
        Err(std::io::ErrorKind::NotFound.into())
    };
    match removed {
        Ok(()) => Ok(()),
        Err(error) if gone(&error) && shipped(name).is_some() => Err(Error::invalid(
            format!("The template {name:?} comes with Gantry and stays."),
            "Make one of the same name to take its place.",
        )),
        Err(error) if gone(&error) => Err(no_such(folder, name)),
        Err(error) => Err(unwritable(&path(folder, name), &error)),
    }
}

/// The text of a file that is small enough to be a template; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<String>> {
    use std::io::Read;
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    let most = u64::try_from(file::MOST_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| unreadable(path, &error))?;
    if bytes.len() > file::MOST_BYTES {
        return Err(Error::invalid(
            format!("{} is longer than the 64 KB that a template may have.", path.display()),
            "Choose a template that Gantry or a person has written.",
        ));
    }
    let text = String::from_utf8(bytes).map_err(|_| {
        Error::invalid(
            format!("{} is not a text in UTF-8.", path.display()),
            "Choose a template: a TOML file.",
        )
    })?;
    // Windows' own editor puts a byte order mark first.
    Ok(Some(
        text.strip_prefix('\u{feff}').map(ToOwned::to_owned).unwrap_or(text),
    ))
}

/// Writes a template's file: the whole new one, or none.
pub(super) fn write(path: &Path, text: &str) -> Result<()> {
    crate::whole_file::write(path, text).map_err(|error| unwritable(path, &error))
}

fn path(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.toml"))
}

fn no_such(folder: &Path, name: &str) -> Error {
    let names = names(folder).unwrap_or_else(|_| shipped_names().map(str::to_owned).collect());
    Error::new(
        ErrorCode::NotFound,
        format!("There is no template {name:?}."),
        format!("Choose one of {}.", names.join(", ")),
    )
}

fn in_file(error: Error, path: &Path) -> Error {
    Error {
        message: format!("{}: {}", path.display(), error.message),
        ..error
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorCode::Storage,
        format!("Gantry cannot read {}.", path.display()),
        "Look at the file's permissions, or choose another.",
    )
    .with_details(error)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        ErrorCode::Storage,
        format!("Gantry cannot write {}.", path.display()),
        "Choose a place that you may write to, with room on the disk.",
    )
    .with_details(error)
}
