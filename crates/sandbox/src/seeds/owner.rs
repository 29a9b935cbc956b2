//! The `owner` seed: a bakery that measures its one website.

use super::{Seed, add_newcomer, add_user, day, empty_world};
use crate::{
    practice,
    tag_manager::SeedAccount,
    world::{Parent, Role, World},
};

pub(super) fn build() -> (World, Vec<SeedAccount>) {
    let mut world = empty_world(Seed::Owner, 284_310_007);
    add_user(&mut world, practice::OWNER, "Maria Santos", "en-GB");
    add_newcomer(&mut world);
    let analytics = &mut world.analytics;
    let account = analytics.add_account("Harbour Bakery", Some("GB"), day(400));
    analytics.bind(Parent::Account(account), practice::OWNER, Role::Admin);
    let property = analytics.add_property(account, "Harbour Bakery website", "Europe/London", "GBP", day(400));
    if let Some(found) = analytics.properties.get_mut(&property) {
        found.industry_category = Some("FOOD_AND_DRINK".to_owned());
    }
    let stream = analytics.add_web_stream(property, "Website", "https://www.harbour-bakery.example", day(401));
    analytics.bind(Parent::Property(property), practice::SERVICE_ACCOUNT, Role::Viewer);
    let measurement_ids = analytics
        .streams
        .get(&stream)
        .and_then(|found| found.measurement_id())
        .map(str::to_owned)
        .into_iter()
        .collect();
    let tag_manager = SeedAccount {
        name: "Harbour Bakery".to_owned(),
        host: "www.harbour-bakery.example".to_owned(),
        measurement_ids,
        currency_code: "GBP".to_owned(),
        admins: vec![practice::OWNER.to_owned()],
        editors: Vec::new(),
        readers: Vec::new(),
        containers: 1,
    };
    (world, vec![tag_manager])
}
