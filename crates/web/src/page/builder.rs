//! What a site is made with, by the traces that its builder leaves: the `generator`, and where its files are kept.

/// A site builder, a shop system or a content management system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Builder {
    WordPress,
    Shopify,
    Wix,
    Squarespace,
    Webflow,
    Jimdo,
    Weebly,
    GoDaddy,
    Framer,
    Joomla,
    Drupal,
    Typo3,
    PrestaShop,
    Ghost,
}

/// (beginning of the `generator`, in lower case)
const GENERATORS: [(&str, Builder); 15] = [
    ("wordpress", Builder::WordPress),
    ("woocommerce", Builder::WordPress),
    ("shopify", Builder::Shopify),
    ("wix.com", Builder::Wix),
    ("squarespace", Builder::Squarespace),
    ("webflow", Builder::Webflow),
    ("jimdo", Builder::Jimdo),
    ("weebly", Builder::Weebly),
    ("starfield technologies; go daddy", Builder::GoDaddy),
    ("framer", Builder::Framer),
    ("joomla", Builder::Joomla),
    ("drupal", Builder::Drupal),
    ("typo3", Builder::Typo3),
    ("prestashop", Builder::PrestaShop),
    ("ghost", Builder::Ghost),
];

/// (part of an address, in lower case)
const ADDRESSES: [(&str, Builder); 20] = [
    ("/wp-content/", Builder::WordPress),
    ("/wp-includes/", Builder::WordPress),
    ("//cdn.shopify.com/", Builder::Shopify),
    ("/cdn/shop/", Builder::Shopify),
    (".myshopify.com/", Builder::Shopify),
    ("//static.wixstatic.com/", Builder::Wix),
    ("//static.parastorage.com/", Builder::Wix),
    ("//static1.squarespace.com/", Builder::Squarespace),
    ("//images.squarespace-cdn.com/", Builder::Squarespace),
    ("//assets.squarespace.com/", Builder::Squarespace),
    ("//cdn.prod.website-files.com/", Builder::Webflow),
    ("//assets.website-files.com/", Builder::Webflow),
    ("//assets.jimstatic.com/", Builder::Jimdo),
    (".jimcdn.com/", Builder::Jimdo),
    ("//cdn2.editmysite.com/", Builder::Weebly),
    ("//img1.wsimg.com/", Builder::GoDaddy),
    ("//framerusercontent.com/", Builder::Framer),
    ("/typo3temp/", Builder::Typo3),
    ("/media/system/js/core", Builder::Joomla),
    ("/sites/default/files/", Builder::Drupal),
];

impl Builder {
    /// A name for machines, which does not change.
    pub fn slug(self) -> &'static str {
        match self {
            Self::WordPress => "wordpress",
            Self::Shopify => "shopify",
            Self::Wix => "wix",
            Self::Squarespace => "squarespace",
            Self::Webflow => "webflow",
            Self::Jimdo => "jimdo",
            Self::Weebly => "weebly",
            Self::GoDaddy => "godaddy",
            Self::Framer => "framer",
            Self::Joomla => "joomla",
            Self::Drupal => "drupal",
            Self::Typo3 => "typo3",
            Self::PrestaShop => "prestashop",
            Self::Ghost => "ghost",
        }
    }

    pub(super) fn by_generator(content: &str) -> Option<Self> {
        let content = content.trim().to_ascii_lowercase();
        let found = GENERATORS.iter().find(|(begins, _)| content.starts_with(begins));
        found.map(|(_, builder)| *builder)
    }

    /// By an attribute of any element: an address of a file, or a mark that a builder sets.
    pub(super) fn by_attribute(name: &str, value: &str) -> Option<Self> {
        match name {
            "data-wf-site" | "data-wf-page" => return Some(Self::Webflow),
            "src" | "href" | "srcset" | "data-src" => {}
            _ => return None,
        }
        // A picture in the page itself is no address.
        if value.len() > 4096 || value.starts_with("data:") {
            return None;
        }
        let value = value.to_ascii_lowercase();
        let found = ADDRESSES.iter().find(|(part, _)| value.contains(part));
        found.map(|(_, builder)| *builder)
    }
}
