//! What the commands need from the machine, found by asking the machine, installed where we know how.
//!
//! Everything here is quick when all is there: a few look-ups in `PATH` and a few `pkg-config --exists`.

pub mod cargo_tools;
pub mod node;
mod other_platforms;
pub mod python;
pub mod rust_target;
pub mod system;

pub use system::{Purpose, system};

/// Whether a command may install what is missing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Installing {
    Allowed,
    /// `--no-install`: refuse and list.
    Refused,
}

/// A dotted version as numbers, so that 20.9 is older than 20.19. Letters after a number are left out.
pub fn version(text: &str) -> Vec<u32> {
    text.trim()
        .trim_start_matches('v')
        .split('.')
        .map_while(|part| {
            let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn versions_compare_by_number_not_by_letter() {
        assert!(version("v20.9.0") < version("20.19"));
        assert!(version("20.19.0") >= version("20.19"));
        assert!(version("22.1.0-rc1") > version("20.19"));
        assert!(version("not a version").is_empty());
    }
}
