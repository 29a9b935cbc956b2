//! A page that the person pointed at: fetched within limits, and read without running anything of it.
//!
//! Nothing of Gantry's goes along: no token, no cookie, no credential. What comes back is a stranger's, and is treated so:
//! capped in size, time and redirects, and not led to this computer or its network. Behind a proxy the proxy resolves names, so
//! there only the text of an address is judged.

mod address;
mod charset;
mod client;
mod page;
mod public_addresses;

pub use address::{AddressError, TypedAddress};
pub use client::{Fault, FetchError, Fetched, LARGEST_PAGE, MOST_REDIRECTS, WebClient, WebClientError};
pub use page::{Builder, GoogleTag, PageFacts, TagSource};
