//! How a person writes down where rows shall go: `sqlite:FILE`, `sqlite:FILE?table=NAME`, `csv:FILE`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// Where rows go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    Sqlite {
        path: PathBuf,
        /// `None`: the caller's default name.
        table: Option<String>,
    },
    Csv {
        path: PathBuf,
    },
}

/// Why an address was not understood.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum AddressError {
    #[error("{0:?} is not a destination: write sqlite:FILE, sqlite:FILE?table=NAME or csv:FILE")]
    UnknownKind(String),
    #[error("{0:?} names no file")]
    NoFile(String),
    #[error("{0:?} is not an option of a SQLite destination; there is ?table=NAME")]
    UnknownOption(String),
}

impl Address {
    /// Whether `text` begins like an address. Tells `--to sqlite:FILE` from `--to yesterday`.
    pub fn looks_like_one(text: &str) -> bool {
        ["sqlite:", "csv:"].iter().any(|prefix| text.starts_with(prefix))
    }
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let no_file = || AddressError::NoFile(text.to_owned());
        if let Some(path) = text.strip_prefix("csv:") {
            return if path.is_empty() {
                Err(no_file())
            } else {
                Ok(Self::Csv { path: path.into() })
            };
        }
        let Some(rest) = text.strip_prefix("sqlite:") else {
            return Err(AddressError::UnknownKind(text.to_owned()));
        };
        // A file name may have a question mark in it; only the last `?table=` is ours.
        let (path, table) = match rest.rsplit_once('?') {
            Some((path, option)) => match option.strip_prefix("table=") {
                Some(name) if !name.is_empty() => (path, Some(name.to_owned())),
                _ => return Err(AddressError::UnknownOption(option.to_owned())),
            },
            None => (rest, None),
        };
        if path.is_empty() {
            Err(no_file())
        } else {
            Ok(Self::Sqlite {
                path: path.into(),
                table,
            })
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path, table: None } => write!(out, "sqlite:{}", path.display()),
            Self::Sqlite {
                path,
                table: Some(table),
            } => write!(out, "sqlite:{}?table={table}", path.display()),
            Self::Csv { path } => write!(out, "csv:{}", path.display()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_as_they_are_written() {
        for text in [
            "sqlite:site.db",
            "sqlite:/a b/site.db?table=Umsätze",
            r"csv:C:\data\out.csv",
        ] {
            assert_eq!(text.parse::<Address>().unwrap().to_string(), text);
        }
        assert!(Address::looks_like_one("sqlite:x") && !Address::looks_like_one("yesterday"));
    }

    #[test]
    fn what_is_no_address_says_why() {
        assert!(matches!(
            "yesterday".parse::<Address>(),
            Err(AddressError::UnknownKind(_))
        ));
        assert!(matches!("sqlite:".parse::<Address>(), Err(AddressError::NoFile(_))));
        assert!(matches!("csv:".parse::<Address>(), Err(AddressError::NoFile(_))));
        assert!(matches!(
            "sqlite:?table=x".parse::<Address>(),
            Err(AddressError::NoFile(_))
        ));
        assert!(matches!(
            "sqlite:a.db?tabel=x".parse::<Address>(),
            Err(AddressError::UnknownOption(_))
        ));
    }
}
