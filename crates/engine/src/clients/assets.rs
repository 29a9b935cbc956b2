//! Properties and containers of the mirror, under the names by which clients know them.

use std::collections::{BTreeMap, HashMap};

use crate::Engine;
use crate::dto::clients::{ClientAsset, ClientAssetKind};
use crate::error::{Error, ErrorCode, Result};

/// `properties/2`
pub(crate) fn property(property_id: &str) -> String {
    format!("properties/{property_id}")
}

/// `accounts/1/containers/2`
pub(crate) fn container(account_id: &str, container_id: &str) -> String {
    format!("accounts/{account_id}/containers/{container_id}")
}

/// What the mirror knows, by asset.
pub(super) struct Assets(BTreeMap<String, ClientAsset>);

impl Assets {
    pub async fn read(engine: &Engine) -> Result<Self> {
        let store = &engine.store;
        let mut ids: HashMap<String, Vec<String>> = HashMap::new();
        for stream in store.data_streams().await? {
            let of_property = ids.entry(stream.property_id).or_default();
            of_property.extend(stream.measurement_id);
        }
        let analytics = store.analytics_accounts().await?;
        let analytics: HashMap<String, String> = analytics
            .into_iter()
            .map(|account| (account.account_id, account.display_name))
            .collect();
        let tag_manager = store.tag_manager_accounts().await?;
        let tag_manager: HashMap<String, String> = tag_manager
            .into_iter()
            .map(|account| (account.account_id, account.name))
            .collect();
        let properties = store.analytics_properties().await?;
        let properties = properties.into_iter().map(|one| ClientAsset {
            asset: property(&one.property_id),
            kind: ClientAssetKind::Property,
            name: one.display_name,
            ids: ids.remove(&one.property_id).unwrap_or_default(),
            account_name: analytics.get(&one.account_id).cloned().unwrap_or_default(),
        });
        let containers = store.containers().await?;
        let containers = containers.into_iter().map(|one| ClientAsset {
            asset: container(&one.account_id, &one.container_id),
            kind: ClientAssetKind::Container,
            name: one.name,
            ids: vec![one.public_id],
            account_name: tag_manager.get(&one.account_id).cloned().unwrap_or_default(),
        });
        let all = properties.chain(containers);
        Ok(Self(all.map(|asset| (asset.asset.clone(), asset)).collect()))
    }

    /// The asset; one that the mirror has not (not synced yet, or out of reach) under its own name.
    pub fn view(&self, asset: &str) -> ClientAsset {
        self.0.get(asset).cloned().unwrap_or_else(|| ClientAsset {
            asset: asset.to_owned(),
            kind: if asset.contains("/containers/") {
                ClientAssetKind::Container
            } else {
                ClientAssetKind::Property
            },
            name: asset.to_owned(),
            ids: Vec::new(),
            account_name: String::new(),
        })
    }

    pub fn all(&self) -> impl Iterator<Item = &ClientAsset> {
        self.0.values()
    }

    /// The asset that a person named: by Google's name, or a container by its public id.
    pub fn find(&self, named: &str) -> Result<&ClientAsset> {
        let named = named.trim();
        let public = |asset: &&ClientAsset| {
            asset.kind == ClientAssetKind::Container && asset.ids.iter().any(|id| id.eq_ignore_ascii_case(named))
        };
        self.0
            .get(named)
            .or_else(|| self.all().find(public))
            .ok_or_else(|| unknown(named))
    }
}

fn unknown(named: &str) -> Error {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = named.split('/').collect();
    let well_formed = match parts[..] {
        ["properties", id] => digits(id),
        ["accounts", account, "containers", id] => digits(account) && digits(id),
        [public] => public.to_ascii_uppercase().starts_with("GTM-"),
        _ => false,
    };
    if well_formed {
        return Error::new(
            ErrorCode::NotFound,
            format!("Gantry has not read {named}. Nothing was moved."),
            "Sync first if it is new, or look whether a connection reaches it.",
        );
    }
    Error::invalid(
        format!("{named:?} is not a property or a container. Nothing was moved."),
        "Name assets as properties/2, accounts/1/containers/2 or GTM-....",
    )
}
