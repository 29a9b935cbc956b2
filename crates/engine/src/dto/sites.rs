//! What a website says of itself, to prefill a set-up from it.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SiteRequest {
    /// As the person entered it.
    pub address: String,
}

/// A site as it was found. One that cannot be reached is no error: it says why.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct SiteView {
    /// The address after redirects; the one asked for where nothing answered.
    pub address: String,
    pub reached: bool,
    pub problem: Option<String>,
    pub milliseconds: u32,
    /// Name of the business, as far as the page tells: `og:site_name`, else its title without slogans.
    pub name: Option<String>,
    pub title: Option<String>,
    /// BCP 47, of `<html lang>`.
    pub language: Option<String>,
    /// CLDR region that language or top-level domain suggest.
    pub country: Option<String>,
    /// ISO 4217, the country's.
    pub currency: Option<String>,
    /// Google tags that the page holds: `G-...`, `GTM-...`, `AW-...`, `UA-...`.
    pub tags: Vec<String>,
    /// `wordpress`, `shopify` ...
    pub builder: Option<String>,
}
