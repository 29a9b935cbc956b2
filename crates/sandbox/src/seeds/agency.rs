//! The `agency` seed: forty customers, six users whose access overlaps, and one service account.

use super::{Seed, add_newcomer, add_user, customers::CUSTOMERS, day, empty_world};
use crate::{
    practice,
    tag_manager::SeedAccount,
    world::{Parent, Role, World},
};

const INDUSTRIES: [&str; 6] = [
    "SHOPPING",
    "FOOD_AND_DRINK",
    "TRAVEL",
    "BUSINESS_AND_INDUSTRIAL_MARKETS",
    "HOME_AND_GARDEN",
    "HEALTHCARE",
];

pub(super) fn build() -> (World, Vec<SeedAccount>) {
    let mut world = empty_world(Seed::Agency, 310_200_011);
    add_user(&mut world, practice::AGENCY_ADMIN, "Ana Keller", "de");
    add_user(&mut world, practice::AGENCY_EDITOR, "Ben Okafor", "en-GB");
    add_user(&mut world, practice::AGENCY_ANALYST, "田中 千代", "ja");
    add_user(&mut world, practice::AGENCY_VIEWER, "Dario Rossi", "it");
    add_user(&mut world, practice::AGENCY_PARTNER, "Elif Yılmaz", "tr");
    add_newcomer(&mut world);

    let mut tag_manager = Vec::with_capacity(CUSTOMERS.len());
    let mut ordinal = 0;
    for (index, customer) in CUSTOMERS.iter().enumerate() {
        let number = index + 1;
        let born = day(30 + 19 * i64::try_from(index).unwrap_or(0));
        // The Admin API allows an account's name 100 characters in its own UI, yet older ones are longer.
        let account = world.analytics.add_account(customer.name, Some(customer.region), born);
        let admins = people(
            number,
            &[(practice::AGENCY_ADMIN, 1, 20), (practice::AGENCY_PARTNER, 31, 40)],
        );
        let editors = people(number, &[(practice::AGENCY_EDITOR, 11, 30)]);
        let mut readers = people(
            number,
            &[(practice::AGENCY_PARTNER, 1, 5), (practice::SERVICE_ACCOUNT, 1, 3)],
        );
        let analysts = people(number, &[(practice::AGENCY_ANALYST, 21, 40)]);
        for (emails, role) in [
            (&admins, Role::Admin),
            (&editors, Role::Editor),
            (&readers, Role::Viewer),
            (&analysts, Role::Analyst),
        ] {
            for email in emails {
                world.analytics.bind(Parent::Account(account), email, role);
            }
        }
        readers.extend(analysts);

        let mut measurement_ids = Vec::new();
        for (part, host) in [("Website", ""), ("Shop", "shop."), ("Landing pages", "go.")] {
            ordinal += 1;
            let name: String = match part {
                // A property's name ends at 100 UTF-16 code units.
                _ if customer.name.len() > 80 => {
                    format!("{} / {part}", customer.name.chars().take(80).collect::<String>())
                }
                _ => format!("{} / {part}", customer.name),
            };
            let property = world
                .analytics
                .add_property(account, &name, customer.time_zone, customer.currency, born);
            if let Some(found) = world.analytics.properties.get_mut(&property) {
                found.industry_category = Some(INDUSTRIES[index % INDUSTRIES.len()].to_owned());
            }
            let site = format!("https://{host}{}", customer.host.trim_start_matches("www."));
            let site = if host.is_empty() {
                format!("https://{}", customer.host)
            } else {
                site
            };
            let stream = world.analytics.add_web_stream(property, part, &site, born);
            measurement_ids.extend(
                world
                    .analytics
                    .streams
                    .get(&stream)
                    .and_then(|found| found.measurement_id())
                    .map(str::to_owned),
            );
            if ordinal % 6 == 0 {
                world
                    .analytics
                    .bind(Parent::Property(property), practice::AGENCY_VIEWER, Role::Viewer);
            }
        }
        tag_manager.push(SeedAccount {
            name: customer.name.to_owned(),
            host: customer.host.to_owned(),
            measurement_ids,
            currency_code: customer.currency.to_owned(),
            admins,
            editors,
            readers,
            containers: 5,
        });
    }
    (world, tag_manager)
}

/// Those whose span of customer numbers holds `number`.
fn people(number: usize, spans: &[(&str, usize, usize)]) -> Vec<String> {
    spans
        .iter()
        .filter(|(_, first, last)| (*first..=*last).contains(&number))
        .map(|(email, ..)| (*email).to_owned())
        .collect()
}
