//! properties and their dataRetentionSettings.

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use serde_json::{Value, json};

use super::{
    call::{Call, check_text, failed_precondition, no_permission, not_found, show},
    fields::{self, Field, Kind, immutable, output, settable},
    paging::page,
};
use crate::{
    http::ApiReply,
    rpc_error,
    world::{DataRetentionSettings, Property, Role},
};

const INDUSTRIES: &[&str] = &[
    "INDUSTRY_CATEGORY_UNSPECIFIED",
    "AUTOMOTIVE",
    "BUSINESS_AND_INDUSTRIAL_MARKETS",
    "FINANCE",
    "HEALTHCARE",
    "TECHNOLOGY",
    "TRAVEL",
    "OTHER",
    "ARTS_AND_ENTERTAINMENT",
    "BEAUTY_AND_FITNESS",
    "BOOKS_AND_LITERATURE",
    "FOOD_AND_DRINK",
    "GAMES",
    "HOBBIES_AND_LEISURE",
    "HOME_AND_GARDEN",
    "INTERNET_AND_TELECOM",
    "LAW_AND_GOVERNMENT",
    "NEWS",
    "ONLINE_COMMUNITIES",
    "PEOPLE_AND_SOCIETY",
    "PETS_AND_ANIMALS",
    "REAL_ESTATE",
    "REFERENCE",
    "SCIENCE",
    "SPORTS",
    "JOBS_AND_EDUCATION",
    "SHOPPING",
];

const PROPERTY_TYPES: &[&str] = &[
    "PROPERTY_TYPE_UNSPECIFIED",
    "PROPERTY_TYPE_ORDINARY",
    "PROPERTY_TYPE_SUBPROPERTY",
    "PROPERTY_TYPE_ROLLUP",
];

const PROPERTY: &[Field] = &[
    output("name"),
    immutable("propertyType", Kind::Enum(PROPERTY_TYPES)),
    output("createTime"),
    output("updateTime"),
    immutable("parent", Kind::Text),
    settable("displayName", Kind::Text),
    settable("industryCategory", Kind::Enum(INDUSTRIES)),
    settable("timeZone", Kind::Text),
    settable("currencyCode", Kind::Text),
    output("serviceLevel"),
    output("deleteTime"),
    output("expireTime"),
    immutable("account", Kind::Text),
];

const DURATIONS: &[&str] = &[
    "RETENTION_DURATION_UNSPECIFIED",
    "TWO_MONTHS",
    "",
    "FOURTEEN_MONTHS",
    "TWENTY_SIX_MONTHS",
    "THIRTY_EIGHT_MONTHS",
    "FIFTY_MONTHS",
];

const RETENTION: &[Field] = &[
    output("name"),
    settable("eventDataRetention", Kind::Enum(DURATIONS)),
    settable("userDataRetention", Kind::Enum(DURATIONS)),
    settable("resetUserDataOnNewActivity", Kind::Bool),
];

/// How long a property stays in the trash.
const TRASH: SignedDuration = SignedDuration::from_hours(35 * 24);
const MAX_PROPERTIES: usize = 2000;

pub(super) fn trash(property: &mut Property, now: Timestamp) {
    if property.delete_time.is_none() {
        property.delete_time = Some(now);
        property.expire_time = now.checked_add(TRASH).ok();
        property.update_time = now;
    }
}

fn check(property: &Value) -> Result<(), ApiReply> {
    let text = |key: &str| property.get(key).and_then(Value::as_str);
    check_text("property.display_name", text("displayName"), 100)?;
    check_text("property.time_zone", text("timeZone"), 100)?;
    // IANA names only: `EST` and offsets are refused.
    if !text("timeZone").is_some_and(|zone| zone.contains('/') && TimeZone::get(zone).is_ok()) {
        return Err(rpc_error::bad_field(
            "property.time_zone",
            "The field time_zone is not a valid time zone.",
        ));
    }
    if text("currencyCode").is_some_and(|code| !is_currency(code)) {
        return Err(rpc_error::bad_field(
            "property.currency_code",
            "The field currency_code is not a valid currency.",
        ));
    }
    Ok(())
}

/// Whether this is an ISO 4217 code that Analytics reports in.
pub(super) fn is_currency(code: &str) -> bool {
    const CODES: &str = "AED ARS AUD BGN BHD BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP EUR FJD GBP GTQ HKD HUF IDR \
        ILS INR IQD ISK JMD JOD JPY KES KRW KWD KZT LBP LKR MAD MXN MYR NGN NIO NOK NZD OMR PAB PEN PHP PKR PLN PYG QAR RON \
        RSD RUB SAR SEK SGD SVC THB TND TRY TWD TZS UAH USD UYU VEF VND ZAR";
    code.len() == 3 && CODES.split_whitespace().any(|known| known == code)
}

pub(super) fn list(call: &Call<'_>) -> Result<Value, ApiReply> {
    let filter = call
        .request
        .param("filter")
        .filter(|filter| !filter.is_empty())
        .ok_or_else(|| rpc_error::bad_field("filter", "The field filter is required."))?;
    let wanted = filter.split_once(':').and_then(|(key, value)| match key.trim() {
        "parent" | "ancestor" => value.trim().strip_prefix("accounts/")?.parse::<u64>().ok().map(Some),
        "firebase_project" => Some(None),
        _ => None,
    });
    let Some(account) = wanted else {
        return Err(rpc_error::bad_field(
            "filter",
            "The filter must be parent:, ancestor: or firebase_project: and a name.",
        ));
    };
    let world = call.world();
    if let Some(account) = account
        && !world.can_see_account(&call.caller.email, account)
    {
        return Err(no_permission());
    }
    let deleted = call.request.param("showDeleted") == Some("true");
    let properties = account
        .into_iter()
        .flat_map(|account| world.analytics.properties_of(account));
    let visible = properties.filter(|property| {
        (deleted || property.delete_time.is_none()) && world.property_role(&call.caller.email, property.id).is_some()
    });
    let shown = visible.map(show).collect::<Result<Vec<_>, _>>()?;
    page(call.request, "properties", shown, 50, 200)
}

pub(super) fn create(call: &Call<'_>) -> Result<Value, ApiReply> {
    let body = Value::Object(fields::read(&call.body, PROPERTY, "property")?);
    let text = |key: &str| body.get(key).and_then(Value::as_str);
    let account = text("parent")
        .and_then(|parent| parent.strip_prefix("accounts/"))
        .and_then(|id| id.parse::<u64>().ok())
        .ok_or_else(|| {
            rpc_error::bad_field(
                "property.parent",
                "The field parent must name an account: accounts/NUMBER.",
            )
        })?;
    let mut world = call.world_mut();
    call.need_account(&world, account, Role::Editor)?;
    check(&body)?;
    match text("propertyType") {
        None | Some("PROPERTY_TYPE_UNSPECIFIED" | "PROPERTY_TYPE_ORDINARY") => {}
        Some(_) => {
            return Err(rpc_error::bad_field(
                "property.property_type",
                "Only ordinary properties can be created.",
            ));
        }
    }
    if world
        .analytics
        .accounts
        .get(&account)
        .is_some_and(|found| found.deleted)
    {
        return Err(failed_precondition("The account is in the trash."));
    }
    if world.analytics.properties_of(account).count() >= MAX_PROPERTIES {
        return Err(rpc_error::status(
            429,
            "RESOURCE_EXHAUSTED",
            "The account has too many properties.",
            Vec::new(),
        ));
    }
    let id = world.analytics.add_property(
        account,
        text("displayName").unwrap_or_default(),
        text("timeZone").unwrap_or_default(),
        text("currencyCode").unwrap_or("USD"),
        call.google.now(),
    );
    let property = world.analytics.properties.get_mut(&id).ok_or_else(not_found)?;
    property.industry_category = text("industryCategory")
        .filter(|name| !name.ends_with("UNSPECIFIED"))
        .map(str::to_owned);
    show(property)
}

pub(super) fn get(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    show(world.analytics.properties.get(&call.id(0)).ok_or_else(not_found)?)
}

pub(super) fn patch(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    let changes = fields::read(&call.body, PROPERTY, "property")?;
    let now = call.google.now();
    let property = world.analytics.properties.get_mut(&call.id(0)).ok_or_else(not_found)?;
    let mut changed = show(property)?;
    fields::apply_mask(&mut changed, &changes, call.request.param("updateMask"), PROPERTY)?;
    check(&changed)?;
    if changed.get("currencyCode").is_none() {
        changed["currencyCode"] = json!("USD");
    }
    let changed: Property =
        serde_json::from_value(changed).map_err(|_| rpc_error::invalid_argument("Invalid property."))?;
    *property = Property {
        id: property.id,
        account_id: property.account_id,
        update_time: now,
        ..changed
    };
    show(property)
}

pub(super) fn delete(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_property(&world, call.id(0), Role::Editor)?;
    let property = world.analytics.properties.get_mut(&call.id(0)).ok_or_else(not_found)?;
    if property.delete_time.is_some() {
        return Err(failed_precondition("The property is in the trash already."));
    }
    trash(property, call.google.now());
    show(property)
}

fn default_retention(property: u64) -> DataRetentionSettings {
    DataRetentionSettings {
        name: format!("properties/{property}/dataRetentionSettings"),
        event_data_retention: "TWO_MONTHS".to_owned(),
        user_data_retention: "TWO_MONTHS".to_owned(),
        reset_user_data_on_new_activity: true,
    }
}

pub(super) fn retention(call: &Call<'_>) -> Result<Value, ApiReply> {
    let world = call.world();
    call.need_property(&world, call.id(0), Role::Viewer)?;
    let default = default_retention(call.id(0));
    show(world.analytics.retention.get(&call.id(0)).unwrap_or(&default))
}

pub(super) fn patch_retention(call: &Call<'_>) -> Result<Value, ApiReply> {
    let mut world = call.world_mut();
    call.need_live_property(&world, call.id(0), Role::Editor)?;
    let changes = fields::read(&call.body, RETENTION, "data_retention_settings")?;
    let settings = world
        .analytics
        .retention
        .entry(call.id(0))
        .or_insert_with(|| default_retention(call.id(0)));
    let mut changed = show(settings)?;
    fields::apply_mask(&mut changed, &changes, call.request.param("updateMask"), RETENTION)?;
    for key in ["eventDataRetention", "userDataRetention"] {
        match changed.get(key).and_then(Value::as_str) {
            None | Some("RETENTION_DURATION_UNSPECIFIED") => {
                return Err(rpc_error::bad_field(key, &format!("The field {key} is required.")));
            }
            // Longer than fourteen months is for Analytics 360.
            Some("TWO_MONTHS" | "FOURTEEN_MONTHS") => {}
            Some(_) => {
                return Err(rpc_error::bad_field(
                    key,
                    "This retention is available to Analytics 360 properties only.",
                ));
            }
        }
    }
    *settings = serde_json::from_value(changed).map_err(|_| rpc_error::invalid_argument("Invalid settings."))?;
    show(settings)
}
