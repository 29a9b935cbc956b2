//! Files of templates: written and read again, refused with line and path.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{checks, file, shelf};
use crate::dto::provisioning::{PersonAccess, PropertyRole};
use crate::dto::templates::{
    ConsentDefaults, Counting, DimensionScope, Template, TemplateDimension, TemplateEvent, TemplateKeyEvent,
    TemplateMeasurement, TemplateParameter, TemplateProperty, TemplateTagManager,
};
use crate::error::ErrorCode;

const START: &str = "format = 1\nname = \"mine\"\ntitle = \"Mine\"\n";

/// What is said of a file that has `rest` after its first three lines.
fn refused(rest: &str) -> String {
    let error = file::parse(&format!("{START}{rest}")).unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidRequest);
    assert!(!error.remedy.is_empty());
    error.message
}

#[test]
fn an_unknown_name_is_refused_with_its_line() {
    let message = refused("\n[property]\nretention = 14\n");
    assert!(
        message.contains("line 6: ") && message.contains("`retention`") && message.contains("retention_months"),
        "{message}"
    );
    assert!(refused("colour = 1").contains("line 4: "));
    assert!(refused("[[tag_manager.events]]\nevent = \"a\"\nwhen = \"b\"").contains("line 6: "));
    assert!(refused("[[key_events]]\nevent = \"a\"\ncounting = \"sometimes\"").contains("line 6: "));
    assert!(refused("not toml").contains("line 4: "));
}

#[test]
fn a_wrong_value_is_named_with_line_path_and_what_is_possible() {
    for (rest, told) in [
        (
            "[property]\nretention_months = 13",
            &["line 5, property.retention_months: 13", "2, 14, 26, 38, 50"][..],
        ),
        (
            "[property]\nindustry = \"BAKERY\"",
            &["line 5, property.industry", "FOOD_AND_DRINK"],
        ),
        (
            "[property]\ntime_zone = \"Mars/Olympus\"",
            &["line 5, property.time_zone", "Europe/London"],
        ),
        (
            "[property]\ncurrency = \"pounds\"",
            &["line 5, property.currency", "ISO 4217"],
        ),
        ("[property]\ncountry = \"UK1\"", &["line 5, property.country", "CLDR"]),
        (
            "[[key_events]]\nevent = \"a b\"",
            &["line 5, key_events[0].event: \"a b\"", "at most 40"],
        ),
        (
            "[[key_events]]\nevent = \"ga_x\"",
            &["key_events[0].event", "only Google's own"],
        ),
        (
            "[[key_events]]\nevent = \"a\"\nvalue = 2.5",
            &["line 6, key_events[0].value", "currency"],
        ),
        (
            "[[key_events]]\nevent = \"a\"\n[[key_events]]\nevent = \"a\"",
            &["line 7, key_events[1].event", "twice"],
        ),
        (
            "[[custom_dimensions]]\nparameter = \"a_user_property_of_25_letters\"\nname = \"A\"\nscope = \"user\"",
            &["line 5, custom_dimensions[0].parameter", "at most 24"],
        ),
        (
            "[[custom_dimensions]]\nparameter = \"a\"\nname = \"A-B\"",
            &["line 6, custom_dimensions[0].name", "at most 82"],
        ),
        (
            "[[people]]\nemail = \"maya\"\nrole = \"viewer\"",
            &["line 5, people[0].email", "e-mail"],
        ),
        (
            "[[tag_manager.events]]\nevent = \"session_start\"",
            &["line 5, tag_manager.events[0].event", "Analytics sends"],
        ),
        (
            "[[tag_manager.events]]\nevent = \"a\"\nparameters = [{ name = \"x\", data_layer = \"{{Page URL}}\" }]",
            &["line 6, tag_manager.events[0].parameters[0].data_layer", "form.name"],
        ),
        (
            "[enhanced_measurement]\nenabled = true\nscrolls = true\noutbound_clicks = true\nsite_search = true\nvideos = true\nfile_downloads = true\npage_changes = true\nforms = true\nsearch_parameters = [\"q\", \"a b\"]",
            &["line 13, enhanced_measurement.search_parameters[1]"],
        ),
    ] {
        let message = refused(rest);
        for part in told {
            assert!(message.contains(part), "{rest}: {message}");
        }
    }
    let many = refused(&"[[key_events]]\nevent = \"a b\"\n".repeat(8));
    assert!(many.ends_with("And 10 more."), "{many}");
}

#[test]
fn there_are_no_more_than_google_takes() {
    let lines = |count: usize, line: &dyn Fn(usize) -> String| (0..count).map(line).collect::<String>();
    let key_events = |count| lines(count, &|at| format!("[[key_events]]\nevent = \"e{at}\"\n"));
    assert!(refused(&key_events(31)).contains("Google's 30"));
    assert!(file::parse(&format!("{START}{}", key_events(30))).is_ok());
    let dimensions = |count, scope: &str| {
        let scope = scope.to_owned();
        lines(count, &move |at| {
            format!("[[custom_dimensions]]\nparameter = \"p{at}\"\nname = \"P {at}\"\nscope = \"{scope}\"\n")
        })
    };
    for (scope, most) in [("event", 50), ("user", 25), ("item", 10)] {
        assert!(refused(&dimensions(most + 1, scope)).contains(&format!("Google's {most}")));
        assert!(file::parse(&format!("{START}{}", dimensions(most, scope))).is_ok());
    }
}

#[test]
fn formats_that_are_not_known_are_refused_before_anything_else() {
    let newer = file::parse("format = 2\nsomething_new = true").unwrap_err();
    assert!(
        newer.message.contains("format 2") && newer.remedy.contains("Update Gantry"),
        "{newer}"
    );
    assert!(file::parse("format = 0").unwrap_err().message.contains("never was"));
    assert!(
        file::parse("name = \"mine\"")
            .unwrap_err()
            .message
            .contains("does not say its format")
    );
    assert!(
        file::parse(&"# long\n".repeat(20_000))
            .unwrap_err()
            .message
            .contains("KB")
    );
}

#[test]
fn names_are_names_of_files_on_every_system() {
    for name in ["a", "shop-2", "brightwater-retainer"] {
        assert!(checks::is_name(name), "{name}");
    }
    for name in [
        "",
        "-a",
        "a-",
        "A",
        "a.b",
        "../a",
        "a/b",
        "a b",
        "con",
        "nul",
        "com1",
        "lpt9",
        &"a".repeat(41),
    ] {
        assert!(!checks::is_name(name), "{name}");
    }
}

#[test]
fn a_shelf_keeps_files_as_they_are_written() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("templates");
    let toml = format!("# mine\n{START}");
    assert_eq!(shelf::names(&folder).unwrap().len(), 5);
    shelf::put(&folder, &toml, false).unwrap();
    assert_eq!(shelf::put(&folder, &toml, false).unwrap_err().code, ErrorCode::Conflict);
    shelf::put(&folder, &toml, true).unwrap();
    let taken = shelf::take(&folder, "mine").unwrap();
    assert_eq!(taken.toml, toml);
    assert_eq!(
        std::fs::read_dir(&folder).unwrap().count(),
        1,
        "nothing unfinished is left"
    );
    // One of the same name takes a shipped one's place, and gives it back.
    shelf::put(&folder, &toml.replace("mine", "shop").replace("Mine", "Ours"), false).unwrap();
    assert_eq!(shelf::take(&folder, "shop").unwrap().template.title, "Ours");
    assert_eq!(
        shelf::names(&folder).unwrap(),
        ["site", "leads", "content", "app", "mine", "shop"]
    );
    shelf::remove(&folder, "shop").unwrap();
    assert_eq!(shelf::take(&folder, "shop").unwrap().template.title, "Shop");
    assert_eq!(
        shelf::remove(&folder, "shop").unwrap_err().code,
        ErrorCode::InvalidRequest
    );
    for nobodys in ["nobodys", "../templates/mine", "C:\\mine"] {
        assert_eq!(shelf::remove(&folder, nobodys).unwrap_err().code, ErrorCode::NotFound);
        let missing = shelf::take(&folder, nobodys).unwrap_err();
        assert!(
            missing.code == ErrorCode::NotFound && missing.remedy.contains("shop"),
            "{missing}"
        );
    }
    // What the hand has spoilt names its file and line.
    std::fs::write(folder.join("mine.toml"), toml.replace("title", "titel")).unwrap();
    let spoilt = shelf::take(&folder, "mine").unwrap_err().message;
    assert!(spoilt.contains("mine.toml") && spoilt.contains("line 4"), "{spoilt}");
    std::fs::write(folder.join("mine.toml"), toml.replace("\"mine\"", "\"yours\"")).unwrap();
    assert!(shelf::take(&folder, "mine").unwrap_err().message.contains("yours"));
}

#[test]
fn a_file_from_windows_is_read() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mine.toml");
    std::fs::write(&path, format!("\u{feff}{}", START.replace('\n', "\r\n"))).unwrap();
    assert!(file::parse(&shelf::read(&path).unwrap().unwrap()).is_ok());
    std::fs::write(&path, [0xff, 0xfe, 0x00]).unwrap();
    assert!(shelf::read(&path).unwrap_err().message.contains("UTF-8"));
    std::fs::write(&path, "#".repeat(file::MOST_BYTES + 1)).unwrap();
    assert!(shelf::read(&path).unwrap_err().message.contains("64 KB"));
    assert!(shelf::read(&home.path().join("none")).unwrap().is_none());
}

fn spelling(longest: usize) -> impl Strategy<Value = String> {
    proptest::string::string_regex(&format!("[a-z][A-Za-z0-9_]{{0,{}}}", longest - 1))
        .unwrap()
        .prop_filter("Google's own", |name| {
            !["ga_", "google_", "firebase_"]
                .iter()
                .any(|prefix| name.to_lowercase().starts_with(prefix))
        })
}

fn property() -> impl Strategy<Value = TemplateProperty> {
    let months = proptest::sample::select(checks::RETENTION_MONTHS.to_vec());
    let industry = proptest::sample::select(checks::INDUSTRIES.to_vec());
    let place = option::of(proptest::sample::select(vec![
        ("Europe/London", "GBP", "GB"),
        ("Asia/Tokyo", "JPY", "JP"),
    ]));
    (
        option::of(industry),
        place,
        option::of(months),
        option::of(any::<bool>()),
    )
        .prop_map(
            |(industry, place, retention_months, reset_on_new_activity)| TemplateProperty {
                industry: industry.map(str::to_owned),
                time_zone: place.map(|(zone, _, _)| zone.to_owned()),
                currency: place.map(|(_, currency, _)| currency.to_owned()),
                country: place.map(|(_, _, country)| country.to_owned()),
                retention_months,
                reset_on_new_activity,
            },
        )
}

fn measurement() -> impl Strategy<Value = TemplateMeasurement> {
    (any::<[bool; 8]>(), vec("[a-z_]{1,10}", 0..4)).prop_map(|(on, search_parameters)| TemplateMeasurement {
        enabled: on[0],
        scrolls: on[1],
        outbound_clicks: on[2],
        site_search: on[3],
        videos: on[4],
        file_downloads: on[5],
        page_changes: on[6],
        forms: on[7],
        search_parameters,
    })
}

fn key_event() -> impl Strategy<Value = TemplateKeyEvent> {
    let counting = prop_oneof![Just(Counting::OncePerEvent), Just(Counting::OncePerSession)];
    (spelling(40), counting, option::of(0.0..1e9)).prop_map(|(event, counting, value)| TemplateKeyEvent {
        event,
        counting,
        currency: value.map(|_: f64| "EUR".to_owned()),
        value,
    })
}

fn dimension() -> impl Strategy<Value = TemplateDimension> {
    let scope = prop_oneof![
        Just(DimensionScope::Event),
        Just(DimensionScope::User),
        Just(DimensionScope::Item)
    ];
    (
        spelling(24),
        "[A-Za-zÄß][A-Za-z0-9 _]{0,30}[a-z]",
        scope,
        r#"[ -~«€]{0,60}"#,
    )
        .prop_map(|(parameter, name, scope, description)| TemplateDimension {
            parameter,
            name,
            scope,
            description,
        })
}

fn event() -> impl Strategy<Value = TemplateEvent> {
    let parameter = (spelling(40), r"[A-Za-z0-9_.$\[\]\\-]{1,30}")
        .prop_map(|(name, data_layer)| TemplateParameter { name, data_layer });
    (
        spelling(40),
        option::of(r"[A-Za-z0-9_.:\\#-]{1,30}"),
        any::<bool>(),
        vec(parameter, 0..5),
    )
        .prop_map(|(event, on, ecommerce, parameters)| TemplateEvent {
            event,
            on,
            ecommerce,
            parameters,
        })
}

fn tag_manager() -> impl Strategy<Value = TemplateTagManager> {
    let consent = (any::<[bool; 4]>(), 0_u32..=10_000).prop_map(|(on, wait_for_update)| ConsentDefaults {
        ad_storage: on[0],
        ad_user_data: on[1],
        ad_personalization: on[2],
        analytics_storage: on[3],
        wait_for_update,
    });
    (option::of(consent), vec(event(), 0..6), option::of(r#"[ -~é]{1,40}"#)).prop_map(|(consent, events, folder)| {
        TemplateTagManager {
            consent,
            events,
            folder,
        }
    })
}

fn template() -> impl Strategy<Value = Template> {
    let role = proptest::sample::select(vec![PropertyRole::Viewer, PropertyRole::Analyst, PropertyRole::Editor]);
    let person = ("[a-z.+']{1,10}@[a-z]{1,8}\\.example", role).prop_map(|(email, role)| PersonAccess { email, role });
    (
        (
            "[a-z][a-z0-9-]{0,20}[0-9]",
            1..u32::MAX,
            r#"[ -~»€🥐]{1,60}"#,
            r#"[ -~»€🥐]{0,200}"#,
        ),
        property(),
        option::of(measurement()),
        vec(key_event(), 0..6),
        vec(dimension(), 0..6),
        vec(person, 0..4),
        tag_manager(),
    )
        .prop_map(
            |(
                (name, version, title, description),
                property,
                measurement,
                key_events,
                dimensions,
                people,
                tag_manager,
            )| {
                Template {
                    format: 1,
                    name,
                    version,
                    title,
                    description,
                    property,
                    enhanced_measurement: measurement,
                    key_events,
                    custom_dimensions: dimensions,
                    people,
                    tag_manager,
                }
            },
        )
        // Names that come up twice, and Google's own.
        .prop_filter("usable", |template| checks::problems(template).is_empty())
}

proptest! {
    #[test]
    fn a_template_that_is_written_is_the_same_when_it_is_read(template in template()) {
        let text = file::write(&template).unwrap();
        prop_assert_eq!(file::parse(&text).unwrap(), template);
    }

    #[test]
    fn no_text_is_too_strange_to_be_refused(text in "\\PC{0,200}", rest in "(format = 1\n)?[\\[\\]a-z_.=\"{}0-9 \n]{0,200}") {
        let _ = file::parse(&text);
        let _ = file::parse(&rest);
    }
}
