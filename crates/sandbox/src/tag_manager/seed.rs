//! The seeded customers' accounts and containers; what is inside a container comes later, from its recipe.
use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::model::{Account, Container, Grant, Level, Model};

/// 2026-01-05T09:00:00Z: when the oldest seeded resource was last stored.
pub const SEED_EPOCH_MS: u64 = 1_767_603_600_000;

/// What the Analytics side of a seed tells Tag Manager about one of its customers.
#[derive(Debug, Clone)]
pub struct SeedAccount {
    /// Name of the Tag Manager account (the customer's).
    pub name: String,
    /// Host name of the customer's site, for page URLs and container names.
    pub host: String,
    /// Measurement IDs (`G-...`) of the customer's web streams, so that tags point at them.
    pub measurement_ids: Vec<String>,
    /// ISO 4217 currency of the customer.
    pub currency_code: String,
    /// E-mails with account admin and publish rights on every container.
    pub admins: Vec<String>,
    /// E-mails that edit every container and publish the first.
    pub editors: Vec<String>,
    /// E-mails that read every container, save the last of a large account.
    pub readers: Vec<String>,
    /// How many containers to make (agency: 5, owner: 1).
    pub containers: usize,
}

/// What a container runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    Web,
    Server,
    Android,
    Ios,
}

/// How to make a container's contents, the same each time.
#[derive(Debug, Clone)]
pub struct Recipe {
    pub seed: u64,
    /// Counts containers over the whole seed.
    pub ordinal: usize,
    pub flavour: Flavour,
    pub container_id: u64,
    pub public_id: String,
    pub host: String,
    pub measurement_id: String,
    pub currency_code: String,
    /// Fingerprint of the oldest entity.
    pub fingerprint: u64,
}

/// A small deterministic stream of numbers (splitmix64).
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A number below `bound` (which is not 0).
    pub fn below(&mut self, bound: u64) -> u64 {
        self.roll() % bound
    }

    /// True `percent` times in a hundred.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }
}

/// Scatters the bits of a number (the finaliser of splitmix64).
pub fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// `GTM-` and seven letters and digits, from the container's id.
pub fn public_id(container: u64) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut bits = mix(container);
    let mut id = String::from("GTM-");
    for _ in 0..7 {
        id.push(char::from(LETTERS[usize::try_from(bits & 31).unwrap_or_default()]));
        bits >>= 5;
    }
    id
}

/// The model of a seed.
pub fn model(customers: &[SeedAccount]) -> Model {
    let mut model = Model::default();
    let mut ordinal = 0;
    for (index, customer) in (0_u64..).zip(customers) {
        let id = 6_001_234_500 + index * 7_919;
        let fingerprint = SEED_EPOCH_MS + index * 86_400_000 / 4;
        let mut account = Account {
            id,
            name: customer.name.clone(),
            share_data: index % 3 == 0,
            fingerprint,
            grants: BTreeMap::new(),
            containers: BTreeMap::new(),
        };
        for place in 0..customer.containers {
            let container = container(customer, index, place, ordinal, id);
            account.containers.insert(container.id, container);
            ordinal += 1;
        }
        account.grants = grants(customer, &account);
        model.accounts.insert(id, account);
    }
    model
}

fn grants(customer: &SeedAccount, account: &Account) -> BTreeMap<String, Grant> {
    let mut grants = BTreeMap::new();
    let (first, last) = (account.containers.keys().next(), account.containers.keys().next_back());
    for email in &customer.readers {
        let mut except = BTreeMap::new();
        if let Some(last) = last.filter(|_| account.containers.len() > 2) {
            except.insert(*last, Level::NoAccess);
        }
        grants.insert(
            email.clone(),
            Grant {
                admin: false,
                level: Level::Read,
                except,
            },
        );
    }
    for email in &customer.editors {
        let except = first.map(|first| (*first, Level::Publish)).into_iter().collect();
        grants.insert(
            email.clone(),
            Grant {
                admin: false,
                level: Level::Edit,
                except,
            },
        );
    }
    for email in &customer.admins {
        grants.insert(
            email.clone(),
            Grant {
                admin: true,
                level: Level::Publish,
                except: BTreeMap::new(),
            },
        );
    }
    grants
}

fn container(customer: &SeedAccount, index: u64, place: usize, ordinal: usize, account: u64) -> Container {
    let seed = mix(account ^ (place as u64) << 48);
    let id = 170_000_000 + index * 40_009 + place as u64 * 1_303;
    let site = customer.host.trim_start_matches("www.").to_owned();
    let (flavour, usage, name) = match (place, index % 3) {
        (0, _) => (Flavour::Web, "web", site.clone()),
        (1, _) => (Flavour::Web, "web", format!("shop.{site}")),
        (2, 0) => (Flavour::Web, "web", format!("blog.{site} [2025]")),
        (2, _) => (Flavour::Server, "server", format!("{site} \u{2013} server")),
        (3, 1) => (Flavour::Web, "amp", format!("amp.{site}")),
        (3, _) => (Flavour::Android, "androidSdk5", format!("{} Android", customer.name)),
        (_, 2) => (Flavour::Web, "web", format!("{site} <b>staging</b> & tests \u{1f9ea}")),
        _ => (Flavour::Ios, "iosSdk5", format!("{} iOS", customer.name)),
    };
    let fingerprint = SEED_EPOCH_MS + (seed % 20_000_000_000);
    let public_id = public_id(id);
    let measurement_id = match customer.measurement_ids.len() {
        0 => "G-0000000000".to_owned(),
        streams => customer.measurement_ids[place % streams].clone(),
    };
    let recipe = Recipe {
        seed,
        ordinal,
        flavour,
        container_id: id,
        public_id: public_id.clone(),
        host: customer.host.clone(),
        measurement_id,
        currency_code: customer.currency_code.clone(),
        fingerprint,
    };
    let mut container = Container::new((account, id), public_id, fingerprint, Some(recipe));
    let mut fields = Map::new();
    fields.insert("name".to_owned(), Value::String(name));
    fields.insert("usageContext".to_owned(), json!([usage]));
    if flavour == Flavour::Web {
        fields.insert("domainName".to_owned(), json!([customer.host]));
    }
    if flavour == Flavour::Server {
        fields.insert("taggingServerUrls".to_owned(), json!([format!("https://sgtm.{site}")]));
    }
    if ordinal % 9 == 4 {
        fields.insert(
            "notes".to_owned(),
            Value::String("Ask the shop team before publishing.".to_owned()),
        );
    }
    container.fields = fields;
    if place == 0 {
        container.destination_ids.clone_from(&customer.measurement_ids);
    }
    container
}
