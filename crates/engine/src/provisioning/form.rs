//! What a set-up's form must hold before anything is sent to Google.

use url::{Host, Url};

use crate::dto::provisioning::{FieldProblem, ProvisionRequest};
use crate::error::{Error, Result};

/// The limits are Google's, in UTF-16 units: Admin API, `Property.display_name`.
const LONGEST_NAME: usize = 100;

/// The form with its fields tidied, or what is wrong with the first field that is.
pub(super) fn checked(request: ProvisionRequest) -> Result<ProvisionRequest> {
    let name = |label: &str, text: &str| {
        let text = text.trim().to_owned();
        match text.encode_utf16().count() {
            0 => Err(Error::invalid(
                format!("The {label} is empty."),
                format!("Fill in the {label}."),
            )),
            1..=LONGEST_NAME => Ok(text),
            length => Err(Error::invalid(
                format!("The {label} is {length} characters long; Google takes {LONGEST_NAME}."),
                format!("Shorten the {label}."),
            )),
        }
    };
    Ok(ProvisionRequest {
        account_name: name("account name", &request.account_name)?,
        property_name: name("property name", &request.property_name)?,
        website: website(&request.website)?,
        time_zone: time_zone(&request.time_zone)?,
        currency: code("currency", &request.currency, 3, "GBP")?,
        country: code("country", &request.country, 2, "GB")?,
        connection: request
            .connection
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty()),
        ..request
    })
}

/// The form tidied as far as it is right, and what is wrong with each field that is not.
pub(super) fn problems_of(request: ProvisionRequest) -> (ProvisionRequest, Vec<FieldProblem>) {
    match checked(request.clone()) {
        Ok(tidy) => (tidy, Vec::new()),
        Err(error) => {
            let field = [
                "account name",
                "property name",
                "website",
                "time zone",
                "currency",
                "country",
            ]
            .iter()
            .find(|field| error.message.contains(*field))
            .map_or_else(String::new, |field| field.replace(' ', "_"));
            let problem = FieldProblem {
                field,
                message: error.message,
                remedy: error.remedy,
            };
            (request, vec![problem])
        }
    }
}

/// Scheme and host of the site, which is what a web data stream is made for. A missing scheme is https.
fn website(text: &str) -> Result<String> {
    let text = text.trim();
    let wrong = || {
        Error::invalid(
            format!("{text:?} is not the address of a website."),
            "Write it as https://www.example.com.",
        )
    };
    let with_scheme = if text.contains("://") {
        text.to_owned()
    } else {
        format!("https://{text}")
    };
    let url = Url::parse(&with_scheme).map_err(|_| wrong())?;
    let named = matches!(url.host(), Some(Host::Domain(host)) if host.contains('.') && !host.starts_with('.') && !host.ends_with('.'));
    if !matches!(url.scheme(), "http" | "https") || !named || !url.username().is_empty() || url.password().is_some() {
        return Err(wrong());
    }
    Ok(url[..url::Position::AfterPort].to_owned())
}

fn time_zone(name: &str) -> Result<String> {
    let zone = jiff::tz::TimeZone::get(name.trim()).map_err(|_| {
        Error::invalid(
            format!("{name:?} is not a time zone."),
            "Use an IANA name such as Europe/London or America/New_York.",
        )
    })?;
    Ok(zone.iana_name().unwrap_or(name.trim()).to_owned())
}

/// An empty code leaves the choice to Google, which takes US dollars and no country.
fn code(label: &str, text: &str, length: usize, example: &str) -> Result<String> {
    let text = text.trim().to_ascii_uppercase();
    if text.is_empty() {
        return Ok(text);
    }
    if text.len() == length && text.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Ok(text);
    }
    Err(Error::invalid(
        format!("{text:?} is not a {label} code."),
        format!("Use {length} letters such as {example}."),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn a_form_is_tidied() {
        let tidy = checked(form()).unwrap();
        assert_eq!((tidy.account_name.as_str(), tidy.connection), ("Harbour Bakery", None));
        assert_eq!(
            (tidy.website.as_str(), tidy.time_zone.as_str()),
            ("https://www.harbour-bakery.example", "Europe/London")
        );
        assert_eq!((tidy.currency.as_str(), tidy.country.as_str()), ("GBP", "GB"));
    }

    #[test]
    fn each_wrong_field_is_named() {
        let wrong = |change: fn(&mut ProvisionRequest)| {
            let mut form = form();
            change(&mut form);
            checked(form).unwrap_err().message
        };
        assert!(wrong(|form| form.account_name = "  ".to_owned()).contains("account name"));
        assert!(wrong(|form| form.property_name = "\u{1F950}".repeat(51)).contains("102"));
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
            assert!(checked(form).unwrap_err().message.contains("website"), "{website}");
        }
        assert!(wrong(|form| form.time_zone = "Mars/Olympus".to_owned()).contains("time zone"));
        assert!(wrong(|form| form.currency = "pounds".to_owned()).contains("currency"));
        assert!(wrong(|form| form.country = "G1".to_owned()).contains("country"));
    }
}
