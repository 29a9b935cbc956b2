//! What speaks for assets belonging together, and how far it is followed.
//!
//! Stronger evidence comes first. A group never joins two clients that are there: where evidence of one strength would,
//! all of it that holds that group together is left out, because it does not tell whose an asset is.

use crate::dto::clients::SuggestionStrength;

/// Assets that belong together for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Evidence {
    pub strength: SuggestionStrength,
    /// Places in the list of assets.
    pub members: Vec<usize>,
    /// "G-4K7WQ2M1TX of Elmstead Bakery is sent by GTM-N6ZD2RKP."
    pub because: String,
}

/// Assets that go together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Group {
    /// The client that has some of them.
    pub client: Option<String>,
    /// Places of the assets that no client has.
    pub members: Vec<usize>,
    pub strength: SuggestionStrength,
    pub because: Vec<String>,
}

/// Groups what `evidence` joins. `owners` has the client of each asset, `None` where it has none.
pub(super) fn group(owners: &[Option<String>], evidence: &[Evidence]) -> Vec<Group> {
    let mut sets = Sets::new(owners);
    let mut used: Vec<&Evidence> = Vec::new();
    for strength in [
        SuggestionStrength::MeasurementId,
        SuggestionStrength::Domain,
        SuggestionStrength::Name,
    ] {
        let of_strength = || evidence.iter().filter(move |one| one.strength == strength);
        let mut trial = sets.clone();
        for one in of_strength() {
            trial.join(&one.members);
        }
        for one in of_strength() {
            let fits = one
                .members
                .first()
                .is_some_and(|&first| trial.clients(first).len() <= 1);
            if fits {
                sets.join(&one.members);
                used.push(one);
            }
        }
    }
    let mut groups: Vec<(usize, Group)> = Vec::new();
    for (place, owner) in owners.iter().enumerate() {
        if owner.is_some() {
            continue;
        }
        let root = sets.root(place);
        if let Some((_, group)) = groups.iter_mut().find(|(known, _)| *known == root) {
            group.members.push(place);
            continue;
        }
        let reasons = || {
            used.iter()
                .filter(|one| one.members.iter().any(|&member| sets.root(member) == root))
        };
        // Without evidence an asset stands alone.
        if let Some(strength) = reasons().map(|one| one.strength).min() {
            let group = Group {
                client: sets.clients(place).first().cloned(),
                members: vec![place],
                strength,
                because: reasons().map(|one| one.because.clone()).collect(),
            };
            groups.push((root, group));
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// Disjoint sets of assets; those of one client are together from the beginning.
#[derive(Clone)]
struct Sets {
    parent: Vec<usize>,
    clients: Vec<Vec<String>>,
}

impl Sets {
    fn new(owners: &[Option<String>]) -> Self {
        let mut sets = Self {
            parent: (0..owners.len()).collect(),
            clients: owners.iter().map(|owner| owner.iter().cloned().collect()).collect(),
        };
        let mut first_of = std::collections::HashMap::new();
        for (place, owner) in owners.iter().enumerate() {
            if let Some(owner) = owner {
                let first = *first_of.entry(owner).or_insert(place);
                sets.join(&[first, place]);
            }
        }
        sets
    }

    fn root(&self, mut place: usize) -> usize {
        while self.parent[place] != place {
            place = self.parent[place];
        }
        place
    }

    fn clients(&self, place: usize) -> &[String] {
        &self.clients[self.root(place)]
    }

    fn join(&mut self, members: &[usize]) {
        for pair in members.windows(2) {
            let (one, other) = (self.root(pair[0]), self.root(pair[1]));
            if one != other {
                self.parent[other] = one;
                let mut clients = std::mem::take(&mut self.clients[other]);
                clients.append(&mut self.clients[one]);
                clients.sort();
                clients.dedup();
                self.clients[one] = clients;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn evidence(strength: SuggestionStrength, members: &[usize]) -> Evidence {
        Evidence {
            strength,
            members: members.to_vec(),
            because: format!("{members:?}"),
        }
    }

    #[test]
    fn groups_grow_from_strong_to_weak_and_say_all_reasons() {
        use SuggestionStrength::{Domain, MeasurementId, Name};
        let owners = vec![None, None, None, Some("a".to_owned()), None, None];
        let groups = group(
            &owners,
            &[
                evidence(Name, &[2, 3]),
                evidence(MeasurementId, &[0, 1]),
                evidence(Domain, &[1, 2]),
            ],
        );
        assert_eq!(groups.len(), 1, "{groups:?}");
        assert_eq!(groups[0].client.as_deref(), Some("a"));
        assert_eq!(groups[0].members, [0, 1, 2]);
        assert_eq!(groups[0].strength, MeasurementId);
        assert_eq!(groups[0].because.len(), 3);
    }

    #[test]
    fn evidence_that_would_join_two_clients_is_left_out() {
        use SuggestionStrength::{Domain, MeasurementId};
        let owners = vec![Some("a".to_owned()), None, Some("b".to_owned()), None];
        let joined = group(
            &owners,
            &[evidence(MeasurementId, &[0, 1]), evidence(MeasurementId, &[1, 2])],
        );
        assert!(joined.is_empty(), "{joined:?}");
        let by_domain = group(
            &owners,
            &[
                evidence(MeasurementId, &[0, 1]),
                evidence(Domain, &[1, 2]),
                evidence(Domain, &[2, 3]),
            ],
        );
        // The domain would join both, so only the measurement ID counts.
        assert_eq!(by_domain.len(), 1, "{by_domain:?}");
        assert_eq!(
            (by_domain[0].client.as_deref(), by_domain[0].members.as_slice()),
            (Some("a"), &[1][..])
        );
    }

    proptest! {
        #[test]
        fn no_group_joins_two_clients_or_holds_an_owned_asset(
            owners in prop::collection::vec(prop::option::of(0..3_u8), 12),
            links in prop::collection::vec((0..3_usize, prop::collection::vec(0..12_usize, 2..4)), 0..16),
        ) {
            let owners: Vec<Option<String>> = owners.into_iter().map(|one| one.map(|id| id.to_string())).collect();
            let strengths = [SuggestionStrength::MeasurementId, SuggestionStrength::Domain, SuggestionStrength::Name];
            let all: Vec<Evidence> = links.iter().map(|(level, members)| evidence(strengths[*level], members)).collect();
            let groups = group(&owners, &all);
            let mut seen = std::collections::BTreeSet::new();
            for group in groups {
                for member in &group.members {
                    prop_assert!(owners[*member].is_none());
                    prop_assert!(seen.insert(*member), "an asset is in one group");
                }
                prop_assert!(!group.because.is_empty());
            }
        }
    }
}
