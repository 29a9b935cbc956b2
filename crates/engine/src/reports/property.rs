//! Which property a request means, and which connection can ask for it.

use std::sync::Arc;

use gantry_domain::Permission;
use gantry_store::ConnectionRecord;

use crate::Engine;
use crate::connections::{Asset, Session, choose};
use crate::error::{Error, Result};

/// The digits of `1234` or `properties/1234`.
pub(crate) fn property_number(property: &str) -> Result<String> {
    let property = property.trim();
    let digits = property.strip_prefix("properties/").unwrap_or(property);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(digits.to_owned());
    }
    let remedy = if digits.to_ascii_uppercase().starts_with("G-") {
        "This is a measurement ID. The property number is in Google Analytics under Admin, Property details."
    } else {
        "Give the property's number, for instance 123456789; `gantry accounts list` shows it."
    };
    Err(Error::invalid(format!("{property:?} is not a property."), remedy))
}

/// The session to ask about `property`: see [`connection_for`].
pub(crate) async fn session_for(engine: &Arc<Engine>, property: &str, named: Option<&str>) -> Result<Session> {
    let connection = connection_for(engine, property, named).await?;
    engine.session_of(connection).await
}

/// Who reads `property`.
pub(super) async fn connection_for(
    engine: &Arc<Engine>,
    property: &str,
    named: Option<&str>,
) -> Result<ConnectionRecord> {
    choose(engine, &Asset::Property(property.to_owned()), Permission::View, named).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorCode;

    #[test]
    fn a_property_is_a_number_however_it_is_written() {
        assert_eq!(property_number(" properties/1234 ").unwrap(), "1234");
        assert_eq!(property_number("1234").unwrap(), "1234");
        for wrong in ["", "properties/", "12a4", "accounts/1"] {
            assert_eq!(
                property_number(wrong).unwrap_err().code,
                ErrorCode::InvalidRequest,
                "{wrong}"
            );
        }
        assert!(
            property_number("G-ABC123")
                .unwrap_err()
                .remedy
                .contains("measurement ID")
        );
    }
}
