//! Which column holds what: guessed from the headings, in the languages of Europe's spreadsheets, unless it is said.

use std::collections::BTreeMap;

use super::table::Table;
use crate::error::{Error, Result};

/// The fields that a column can be mapped to, with headings that mean them. Headings are compared by their letters and
/// digits alone, in lower case; the first that fits wins.
const FIELDS: [(&str, &[&str]); 14] = [
    (
        "account_name",
        &[
            "accountname",
            "business",
            "businessname",
            "client",
            "clientname",
            "company",
            "companyname",
            "customer",
            "customername",
            "name",
            "account",
            "analyticsaccount",
            "kunde",
            "kundenname",
            "kundin",
            "firma",
            "firmenname",
            "unternehmen",
            "konto",
            "kontoname",
            "entreprise",
            "societe",
            "société",
            "nom",
            "empresa",
            "cliente",
            "nombre",
            "azienda",
            "nome",
            "bedrijf",
            "klant",
            "naam",
        ],
    ),
    (
        "property_name",
        &[
            "propertyname",
            "property",
            "analyticsproperty",
            "ga4property",
            "propertyga4",
            "sitename",
            "websitename",
            "nameproperty",
        ],
    ),
    (
        "website",
        &[
            "website",
            "websiteurl",
            "url",
            "site",
            "siteurl",
            "domain",
            "domainname",
            "web",
            "webpage",
            "homepage",
            "address",
            "webaddress",
            "webseite",
            "internetseite",
            "internetadresse",
            "webadresse",
            "domäne",
            "siteweb",
            "sitioweb",
            "sitoweb",
            "dominio",
            "domaine",
        ],
    ),
    (
        "time_zone",
        &[
            "timezone",
            "zone",
            "tz",
            "reportingtimezone",
            "zeitzone",
            "fuseauhoraire",
            "fuseau",
            "zonahoraria",
            "fusoorario",
            "tijdzone",
        ],
    ),
    (
        "currency",
        &[
            "currency",
            "currencycode",
            "währung",
            "waehrung",
            "devise",
            "monnaie",
            "moneda",
            "divisa",
            "valuta",
        ],
    ),
    (
        "country",
        &[
            "country",
            "countrycode",
            "region",
            "regioncode",
            "land",
            "ländercode",
            "länderkürzel",
            "pays",
            "país",
            "pais",
            "paese",
        ],
    ),
    (
        "group",
        &[
            "group",
            "clientgroup",
            "segment",
            "sector",
            "category",
            "gruppe",
            "branche",
            "kategorie",
            "groupe",
            "grupo",
            "gruppo",
            "groep",
        ],
    ),
    (
        "template",
        &[
            "template",
            "vorlage",
            "modèle",
            "modele",
            "plantilla",
            "modello",
            "sjabloon",
        ],
    ),
    (
        "android_package",
        &[
            "android",
            "androidpackage",
            "androidapp",
            "androidpackagename",
            "packagename",
            "playstore",
            "androidpaket",
        ],
    ),
    (
        "ios_bundle",
        &[
            "ios",
            "iosbundle",
            "iosapp",
            "iosbundleid",
            "bundleid",
            "bundle",
            "appstore",
        ],
    ),
    (
        "tag_manager_account",
        &[
            "tagmanageraccount",
            "tagmanageraccountid",
            "gtmaccount",
            "gtmaccountid",
            "tagmanagerkonto",
            "gtmkonto",
        ],
    ),
    (
        "container",
        &[
            "container",
            "containerid",
            "gtm",
            "gtmid",
            "gtmcontainer",
            "gtmcontainerid",
            "tagmanager",
            "tagmanagercontainer",
            "tagmanagerid",
        ],
    ),
    (
        "google_ads_customer",
        &[
            "googleads",
            "googleadscustomer",
            "googleadscustomerid",
            "googleadsid",
            "adwords",
            "ads",
            "adsid",
            "adsaccount",
            "adskonto",
            "googleadskonto",
        ],
    ),
    (
        "wait_for_consent",
        &[
            "consent",
            "consentmode",
            "consentrequired",
            "cookieconsent",
            "cookiebanner",
            "consentbanner",
            "einwilligung",
            "einwilligungabwarten",
            "zustimmung",
            "consentement",
            "consentimiento",
            "consenso",
            "toestemming",
        ],
    ),
];

/// The fields' names, for pages and for messages.
pub(super) fn fields() -> Vec<String> {
    FIELDS.iter().map(|(field, _)| (*field).to_owned()).collect()
}

/// Field to column: as said, else as guessed. An empty column in `said` leaves the field out.
pub(super) fn mapping(table: &Table, said: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>> {
    let mut mapping = BTreeMap::new();
    for (field, column) in said {
        if !FIELDS.iter().any(|(known, _)| known == field) {
            return Err(Error::invalid(
                format!("A column cannot be mapped to {field:?}."),
                format!("Take one of {}.", fields().join(", ")),
            ));
        }
        if column.is_empty() {
            continue;
        }
        let found = table
            .headings
            .iter()
            .find(|heading| letters(heading) == letters(column));
        let found = table.headings.iter().find(|heading| *heading == column).or(found);
        let Some(found) = found else {
            return Err(Error::invalid(
                format!("The file has no column {column:?}."),
                format!("Its columns are {}.", table.headings.join(", ")),
            ));
        };
        mapping.insert(field.clone(), found.clone());
    }
    for (field, headings) in FIELDS {
        if said.contains_key(field) {
            continue;
        }
        let taken = |column: &String| mapping.values().any(|mapped| mapped == column);
        let own = letters(field);
        let names = std::iter::once(own.as_str()).chain(headings.iter().copied());
        let found = names
            .filter_map(|name| table.headings.iter().find(|heading| letters(heading) == name))
            .find(|heading| !taken(heading))
            .cloned();
        if let Some(column) = found {
            mapping.insert(field.to_owned(), column);
        }
    }
    Ok(mapping)
}

/// The letters and digits of a heading, in lower case.
fn letters(heading: &str) -> String {
    heading
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::batches::table;

    fn guessed(headings: &str) -> BTreeMap<String, String> {
        let table = table::read(format!("{headings}\nx").as_bytes()).unwrap();
        mapping(&table, &BTreeMap::new()).unwrap()
    }

    #[test]
    fn headings_are_understood_in_several_languages() {
        let english =
            guessed("Client,Website URL,Time zone,Currency,Country,Group,GTM container,Google Ads ID,iOS,Android");
        let of = |field: &str| english.get(field).map(String::as_str);
        assert_eq!(of("account_name"), Some("Client"));
        assert_eq!(of("website"), Some("Website URL"));
        assert_eq!(of("time_zone"), Some("Time zone"));
        assert_eq!(of("container"), Some("GTM container"));
        assert_eq!(of("google_ads_customer"), Some("Google Ads ID"));
        assert_eq!(
            (of("ios_bundle"), of("android_package")),
            (Some("iOS"), Some("Android"))
        );
        assert_eq!(english.len(), 10);
        let german = guessed("Kunde;Webseite;Zeitzone;Währung;Land;Branche;Vorlage");
        assert_eq!(german.len(), 7, "{german:?}");
        assert_eq!(german.get("group").map(String::as_str), Some("Branche"));
        assert_eq!(guessed("Entreprise;Site web;Fuseau horaire;Devise;Pays").len(), 5);
    }

    #[test]
    fn a_field_is_named_by_its_own_name_before_any_other() {
        let both = guessed("Name,account_name,Domain,website");
        assert_eq!(both["account_name"], "account_name");
        assert_eq!(both["website"], "website");
    }

    #[test]
    fn what_is_said_goes_before_what_is_guessed() {
        let table = table::read(b"Name,Trading as,Website\nx,y,z").unwrap();
        let said =
            |field: &str, column: &str| mapping(&table, &BTreeMap::from([(field.to_owned(), column.to_owned())]));
        assert_eq!(
            said("account_name", "trading AS").unwrap()["account_name"],
            "Trading as"
        );
        assert!(!said("website", "").unwrap().contains_key("website"));
        assert!(said("website", "Home").unwrap_err().message.contains("Home"));
        assert!(said("colour", "Name").unwrap_err().remedy.contains("account_name"));
    }
}
