//! The OAuth client that this build ships, where whoever built it named one (`GANTRY_OAUTH_CLIENT_FILE`, see `build.rs`).

use google_oauth::OAuthClient;

use crate::Profile;
use crate::error::{Error, ErrorCode, Result};

/// The file as it was compiled in.
const SHIPPED: Option<&[u8]> = include!(concat!(env!("OUT_DIR"), "/shipped_oauth_client.rs"));

/// The shipped OAuth client; `None` where the build has none, and where something else stands in for Google, which does not
/// know it.
pub fn shipped(profile: &Profile) -> Result<Option<OAuthClient>> {
    let file = SHIPPED.filter(|_| profile.base().is_google());
    file.map(OAuthClient::parse).transpose().map_err(|error| {
        Error::new(
            ErrorCode::Internal,
            "The OAuth client that came with this Gantry cannot be read.",
            "Report it to whoever made this build, and add an OAuth client of your own.",
        )
        .with_details(error)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gantry_domain::GoogleBase;

    #[test]
    fn what_was_compiled_in_can_be_read_and_is_kept_from_stand_ins() {
        let home = tempfile::tempdir().unwrap();
        let google = Profile::new(Some(home.path()), GoogleBase::google()).unwrap();
        assert_eq!(shipped(&google).unwrap().is_some(), SHIPPED.is_some());
        let sandbox = google.with_base(GoogleBase::loopback("http://127.0.0.1:1").unwrap());
        assert!(shipped(&sandbox).unwrap().is_none());
    }
}
