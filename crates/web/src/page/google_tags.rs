//! Google's tags in a page: which ids, how often each is loaded, and whether the part for browsers without scripts is there.
//!
//! The ids are `GTM-` (container), `GT-` and `G-` (Google tag), `AW-` (Google Ads), `DC-` (Floodlight) and `UA-` (Universal
//! Analytics): <https://support.google.com/tagmanager/answer/12326985>.

/// A Google tag of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoogleTag {
    /// `GTM-...`, `G-...`
    pub id: String,
    /// Scripts that are fetched with this id: `gtm.js?id=`, `gtag/js?id=`.
    pub fetched: u32,
    /// Scripts in the page that hold this id: a container's loader, a `gtag('config', ...)`.
    pub inline: u32,
    /// The frame for browsers without scripts: `ns.html?id=`.
    pub noscript: bool,
}

/// How a tag is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TagSource {
    Container,
    Gtag,
}

impl GoogleTag {
    pub fn source(&self) -> TagSource {
        if self.id.starts_with("GTM-") {
            TagSource::Container
        } else {
            TagSource::Gtag
        }
    }

    /// How often the page loads it. Google's snippet of a container is one script; that of a Google tag is two, of which one
    /// fetches and the other configures.
    pub fn times(&self) -> u32 {
        match self.source() {
            TagSource::Container => self.fetched + self.inline,
            TagSource::Gtag => self.fetched.max(self.inline),
        }
    }
}

const PREFIXES: [&str; 6] = ["GTM-", "GT-", "G-", "AW-", "DC-", "UA-"];
/// Of one page; more are of no interest.
const MOST_TAGS: usize = 50;

#[derive(Default)]
pub(super) struct Tally(Vec<GoogleTag>);

impl Tally {
    /// The address of a script that the page fetches. By its path, since a site may serve Google's scripts from its own domain.
    pub fn script_address(&mut self, address: &str) {
        if address.contains("gtm.js") || address.contains("gtag/js") || address.contains("googletagmanager.com") {
            for id in first_ids(address) {
                self.of(id, |tag| tag.fetched += 1);
            }
        }
    }

    pub fn frame_address(&mut self, address: &str) {
        if address.contains("ns.html") {
            for id in first_ids(address) {
                self.of(id, |tag| tag.noscript = true);
            }
        }
    }

    /// A script in the page.
    pub fn script(&mut self, text: &str) {
        let loads_container = text.contains("gtm.js") || text.contains("gtm.start");
        let configures = text.contains("gtag") || text.contains("dataLayer") || text.contains("ga(");
        if !loads_container && !configures {
            return;
        }
        for id in first_ids(text) {
            let counts = if id.starts_with("GTM-") {
                loads_container
            } else {
                configures
            };
            if counts {
                self.of(id, |tag| tag.inline += 1);
            }
        }
    }

    fn of(&mut self, id: &str, count: impl FnOnce(&mut GoogleTag)) {
        if let Some(known) = self.0.iter_mut().find(|tag| tag.id == id) {
            return count(known);
        }
        if self.0.len() < MOST_TAGS {
            let mut tag = GoogleTag {
                id: id.to_owned(),
                fetched: 0,
                inline: 0,
                noscript: false,
            };
            count(&mut tag);
            self.0.push(tag);
        }
    }

    pub fn into_tags(self) -> Vec<GoogleTag> {
        self.0
    }
}

/// The ids in a text, each once.
fn first_ids(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = Vec::new();
    for id in ids(text) {
        if found.len() < MOST_TAGS && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

fn ids(text: &str) -> impl Iterator<Item = &str> {
    let bytes = text.as_bytes();
    let part_of_a_word =
        |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte));
    text.match_indices('-').filter_map(move |(hyphen, _)| {
        let prefix = PREFIXES
            .iter()
            .find(|prefix| text.get(..=hyphen).is_some_and(|before| before.ends_with(**prefix)))?;
        let start = (hyphen + 1).checked_sub(prefix.len())?;
        if start > 0 && part_of_a_word(bytes.get(start - 1)) {
            return None;
        }
        let letters = bytes.get(hyphen + 1..)?;
        let universal = *prefix == "UA-";
        let belongs = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || (universal && *byte == b'-');
        let length = letters.iter().take_while(|byte| belongs(byte)).count();
        if !(4..=16).contains(&length) || part_of_a_word(letters.get(length)) {
            return None;
        }
        text.get(start..hyphen + 1 + length)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_whole_words() {
        let all = |text| ids(text).collect::<Vec<_>>();
        assert_eq!(
            all("('config','G-ABC123DEF4'); GTM-N6ZD2RKP&l=x id=UA-12345-6 AW-123456789 'GT-K8Z4Q'"),
            ["G-ABC123DEF4", "GTM-N6ZD2RKP", "UA-12345-6", "AW-123456789", "GT-K8Z4Q"]
        );
        for text in [
            "GTM-",
            "G-12",
            "XG-ABCDEF",
            "my-G-ABCDEF",
            "G-abcdef",
            "G-ABCDEFx",
            "GTM-XXXX_1",
            "\u{e4}-G-",
            "-",
        ] {
            assert!(all(text).is_empty(), "{text}: {:?}", all(text));
        }
    }
}
