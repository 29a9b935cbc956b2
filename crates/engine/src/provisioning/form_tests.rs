//! What a form must hold, field by field.

use super::*;
use crate::dto::provisioning::PropertyRole;

fn form() -> ProvisionRequest {
    ProvisionRequest {
        connection: Some(" ".to_owned()),
        account_name: " Harbour Bakery ".to_owned(),
        property_name: "Website".to_owned(),
        website: "www.harbour-bakery.example/shop?x=1".to_owned(),
        time_zone: "europe/london".to_owned(),
        currency: "gbp".to_owned(),
        country: "gb".to_owned(),
        ..ProvisionRequest::default()
    }
}

fn tidied(form: ProvisionRequest) -> (ProvisionRequest, Vec<FieldProblem>) {
    checked(form, &crate::templates::plain())
}

#[test]
fn a_form_is_tidied() {
    let (tidy, problems) = tidied(ProvisionRequest {
        google_ads_customer: Some("123-456-7890".to_owned()),
        container: ContainerChoice::Existing {
            container: " gtm-n6zd2rk ".to_owned(),
        },
        people: vec![
            PersonAccess {
                email: " Ada@Agency.example".to_owned(),
                role: PropertyRole::Editor,
            },
            PersonAccess {
                email: "ada@agency.example".to_owned(),
                role: PropertyRole::Editor,
            },
        ],
        ..form()
    });
    assert_eq!(problems, []);
    assert_eq!((tidy.account_name.as_str(), tidy.connection), ("Harbour Bakery", None));
    assert_eq!(
        (tidy.website.as_str(), tidy.time_zone.as_str()),
        ("https://www.harbour-bakery.example", "Europe/London")
    );
    assert_eq!((tidy.currency.as_str(), tidy.country.as_str()), ("GBP", "GB"));
    assert_eq!(tidy.google_ads_customer.as_deref(), Some("1234567890"));
    assert_eq!(
        tidy.container,
        ContainerChoice::Existing {
            container: "GTM-N6ZD2RK".to_owned()
        }
    );
    assert_eq!(tidy.people.len(), 1);
}

#[test]
fn what_a_form_leaves_open_comes_from_the_template() {
    let mut template = crate::templates::plain();
    template.property.time_zone = Some("Europe/Vienna".to_owned());
    template.property.currency = Some("EUR".to_owned());
    template.property.country = Some("AT".to_owned());
    let (tidy, problems) = checked(
        ProvisionRequest {
            time_zone: String::new(),
            currency: String::new(),
            ..form()
        },
        &template,
    );
    assert_eq!(problems, []);
    assert_eq!(
        (tidy.time_zone.as_str(), tidy.currency.as_str(), tidy.country.as_str()),
        ("Europe/Vienna", "EUR", "GB")
    );
}

#[test]
fn each_wrong_field_is_named() {
    type Change = fn(&mut ProvisionRequest);
    let person = |email: &str| {
        vec![PersonAccess {
            email: email.to_owned(),
            role: PropertyRole::Viewer,
        }]
    };
    let cases: [(&str, Change); 24] = [
        ("account_name", |form| form.account_name = "  ".to_owned()),
        ("property_name", |form| form.property_name = "\u{1F950}".repeat(51)),
        ("website", |form| form.website = String::new()),
        ("time_zone", |form| form.time_zone = "Mars/Olympus".to_owned()),
        ("time_zone", |form| form.time_zone = String::new()),
        ("currency", |form| form.currency = "pounds".to_owned()),
        ("currency", |form| form.currency = "ABC".to_owned()),
        ("country", |form| form.country = "UK".to_owned()),
        ("country", |form| form.country = "G1".to_owned()),
        ("android_package", |form| {
            form.android_package = Some("bakery".to_owned());
        }),
        ("android_package", |form| {
            form.android_package = Some("com.2.app".to_owned());
        }),
        ("ios_bundle", |form| form.ios_bundle = Some("com.bakery app".to_owned())),
        ("google_ads_customer", |form| {
            form.google_ads_customer = Some("12345".to_owned());
        }),
        ("google_ads_customer", |form| {
            form.google_ads_customer = Some("123456789x".to_owned());
        }),
        ("container", |form| {
            form.container = ContainerChoice::Existing {
                container: "G-ABCDEFG".to_owned(),
            };
        }),
        ("container", |form| {
            form.container = ContainerChoice::Existing {
                container: "accounts/1/containers/x".to_owned(),
            };
        }),
        ("container", |form| {
            form.container = ContainerChoice::New {
                account_id: Some("mine".to_owned()),
            };
        }),
        ("container", |form| {
            form.website = String::new();
            form.ios_bundle = Some("com.bakery.app".to_owned());
            form.container = ContainerChoice::New { account_id: None };
        }),
        ("analytics", |form| {
            form.analytics = AnalyticsChoice::Account {
                account_id: "one".to_owned(),
            };
        }),
        ("analytics", |form| {
            form.analytics = AnalyticsChoice::Property {
                property_id: "G-1234".to_owned(),
            };
        }),
        ("dialect", |form| {
            form.dialect = Dialect::V3Ticket;
            form.analytics = AnalyticsChoice::Account {
                account_id: "1".to_owned(),
            };
        }),
        ("skip", |form| {
            form.skip.insert(ProvisionStep::Property);
        }),
        ("website", |form| {
            form.dialect = Dialect::V3Tree;
            form.website = String::new();
            form.ios_bundle = Some("com.bakery.app".to_owned());
        }),
        ("people", |form| {
            let twice = |role| PersonAccess {
                email: "a@b.example".to_owned(),
                role,
            };
            form.people = vec![twice(PropertyRole::Viewer), twice(PropertyRole::Editor)];
        }),
    ];
    for (field, change) in cases {
        let mut form = form();
        change(&mut form);
        let problems = tidied(form.clone()).1;
        let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(fields, [field], "{form:?}");
    }
    for website in [
        "ftp://a.example",
        "https://user@a.example",
        "localhost",
        "https://",
        "not a site",
        "javascript:alert(1)",
    ] {
        let mut form = form();
        form.website = website.to_owned();
        assert_eq!(tidied(form).1[0].field, "website", "{website}");
    }
    for email in [
        "ada",
        "ada@agency",
        "@agency.example",
        "a b@agency.example",
        "a@-b.example",
    ] {
        let mut form = form();
        form.people = person(email);
        assert_eq!(tidied(form).1[0].field, "people", "{email}");
    }
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let problems = tidied(ProvisionRequest::default()).1;
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(fields, ["account_name", "property_name", "website", "time_zone"]);
    let refused = refusal(problems).unwrap();
    assert_eq!(refused.message, "The account name is empty.");
    assert!(refused.details.unwrap().starts_with("3 more"));
}

#[test]
fn an_app_needs_no_website_and_a_property_that_is_there_no_name() {
    let app = ProvisionRequest {
        website: String::new(),
        android_package: Some("com.bakery.app".to_owned()),
        ..form()
    };
    assert_eq!(tidied(app).1, []);
    let there = ProvisionRequest {
        analytics: AnalyticsChoice::Property {
            property_id: "properties/123".to_owned(),
        },
        website: "https://www.hafen.example".to_owned(),
        ..ProvisionRequest::default()
    };
    let (tidy, problems) = tidied(there);
    assert_eq!(problems, []);
    assert_eq!(
        tidy.analytics,
        AnalyticsChoice::Property {
            property_id: "123".to_owned()
        }
    );
}

#[test]
fn what_needs_a_step_is_left_out_with_it() {
    let mut form = form();
    form.container = ContainerChoice::New { account_id: None };
    form.skip.insert(ProvisionStep::Tags);
    let (tidy, problems) = tidied(form);
    assert_eq!(problems, []);
    assert!(tidy.skip.contains(&ProvisionStep::Version) && tidy.skip.contains(&ProvisionStep::Publish));
}
