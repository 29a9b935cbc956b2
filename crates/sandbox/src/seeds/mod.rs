//! The worlds a sandbox can start with. Each is the same every time, down to ids and measurement IDs.

mod agency;
mod customers;
mod owner;

use std::str::FromStr;

use jiff::Timestamp;

use crate::{
    practice,
    tag_manager::SeedAccount,
    world::{Analytics, User, World},
};

/// Which world to start with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seed {
    /// One small business: one GA account with one property, one GTM account.
    #[default]
    Owner,
    /// Six users, 40 GA accounts with 120 properties, 40 GTM accounts with five containers each, awkward names included.
    Agency,
}

impl Seed {
    pub fn name(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Agency => "agency",
        }
    }

    /// The seeded world, and what Tag Manager is to be seeded with.
    pub fn build(self) -> (World, Vec<SeedAccount>) {
        match self {
            Self::Owner => owner::build(),
            Self::Agency => agency::build(),
        }
    }
}

/// A word that names no seed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a seed: use owner or agency")]
pub struct UnknownSeed(pub String);

impl FromStr for Seed {
    type Err = UnknownSeed;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "owner" => Ok(Self::Owner),
            "agency" => Ok(Self::Agency),
            other => Err(UnknownSeed(other.to_owned())),
        }
    }
}

/// A day at noon UTC, `days` after 2023-01-01.
fn day(days: i64) -> Timestamp {
    Timestamp::from_second(1_672_574_400 + days * 86_400).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn empty_world(seed: Seed, first_id: u64) -> World {
    let analytics = Analytics {
        last_id: first_id,
        ..Analytics::default()
    };
    World {
        seed,
        users: std::collections::BTreeMap::new(),
        analytics,
    }
}

fn add_user(world: &mut World, email: &str, name: &str, locale: &str) {
    let sub = format!("1{:020}", fnv(email) % 100_000_000_000_000_000_000);
    let user = User {
        email: email.to_owned(),
        sub,
        name: name.to_owned(),
        locale: locale.to_owned(),
        at_account_limit: false,
        sign_in_again_after: None,
    };
    world.users.insert(email.to_owned(), user);
}

fn add_newcomer(world: &mut World) {
    add_user(world, practice::NEWCOMER, "Noor Haddad", "en");
}

/// FNV-1a, widened: a stable number from a name.
fn fnv(text: &str) -> u128 {
    text.bytes()
        .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, |hash: u128, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013B)
        })
}
