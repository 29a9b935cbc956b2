//! What a suggested client is called: as its account, where the account holds nothing else; as its properties; as its
//! domain. No two suggestions have one name, for accepting both would make one client of two.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::evidence::Group;
use super::names;
use crate::dto::clients::{ClientAsset, ClientAssetKind};

/// A name for each of `groups`.
pub(super) fn names(assets: &[ClientAsset], domains: &[BTreeSet<String>], groups: &[Group]) -> Vec<String> {
    // Which groups an account's assets are in; `None` stands for assets in no group.
    let mut spread: BTreeMap<(ClientAssetKind, &str), HashSet<Option<usize>>> = BTreeMap::new();
    let mut group_of = HashMap::new();
    for (number, group) in groups.iter().enumerate() {
        group_of.extend(group.members.iter().map(|&place| (place, number)));
    }
    for (place, asset) in assets.iter().enumerate() {
        let account = (asset.kind, asset.account_name.as_str());
        spread.entry(account).or_default().insert(group_of.get(&place).copied());
    }
    let mut taken: HashSet<String> = HashSet::new();
    groups
        .iter()
        .map(|group| {
            let members = || group.members.iter().map(|&place| &assets[place]);
            let accounts = members()
                .filter(|asset| {
                    let account = (asset.kind, asset.account_name.as_str());
                    !asset.account_name.is_empty() && spread.get(&account).is_some_and(|groups| groups.len() == 1)
                })
                .map(|asset| asset.account_name.as_str());
            let business = members()
                .filter(|asset| asset.kind == ClientAssetKind::Property)
                .chain(members())
                .map(|asset| names::business(&asset.name));
            let hosts = group
                .members
                .iter()
                .flat_map(|&place| &domains[place])
                .map(String::as_str);
            let wished: Vec<String> = accounts.chain(business).chain(hosts).map(shortened).collect();
            let free = wished.iter().find(|name| !taken.contains(&name.to_lowercase()));
            let name = match free {
                Some(name) => name.clone(),
                // One more than are taken is enough.
                None => (2..taken.len() + 3)
                    .map(|number| format!("{} {number}", wished.first().map_or("Client", String::as_str)))
                    .find(|name| !taken.contains(&name.to_lowercase()))
                    .unwrap_or_default(),
            };
            taken.insert(name.to_lowercase());
            name
        })
        .collect()
}

/// As long as a client's name may be.
fn shortened(name: &str) -> String {
    // Room for a number is left.
    let name: String = name.chars().take(super::super::LONGEST - 4).collect();
    name.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dto::clients::SuggestionStrength;

    fn property(name: &str, account: &str) -> ClientAsset {
        ClientAsset {
            asset: name.to_owned(),
            kind: ClientAssetKind::Property,
            name: name.to_owned(),
            ids: Vec::new(),
            account_name: account.to_owned(),
        }
    }

    fn group(members: &[usize]) -> Group {
        Group {
            client: None,
            members: members.to_vec(),
            strength: SuggestionStrength::Name,
            because: Vec::new(),
        }
    }

    #[test]
    fn an_account_names_a_client_only_where_it_holds_one() {
        let assets = [
            property("Acorn / Shop", "Acorn Foods"),
            property("Acorn / Blog", "Acorn Foods"),
            property("Birch / Web", "Brightwater Agency"),
            property("Birch / App", "Brightwater Agency"),
            property("Birch", "Brightwater Agency"),
            property("Birch / Old", "Brightwater Agency"),
        ];
        let domains = vec![BTreeSet::new(); assets.len()];
        let given = names(&assets, &domains, &[group(&[0, 1]), group(&[2, 3]), group(&[4, 5])]);
        assert_eq!(given, ["Acorn Foods", "Birch", "Birch 2"], "and no two have one name");
    }
}
