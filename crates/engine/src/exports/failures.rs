//! From a destination that did not take the rows to an error that a person can act on.

use gantry_destinations::DestinationError;

use crate::error::{Error, ErrorCode};

impl From<DestinationError> for Error {
    fn from(error: DestinationError) -> Self {
        let remedy = match &error {
            DestinationError::NoColumns
            | DestinationError::NoKey
            | DestinationError::BadName(_)
            | DestinationError::RepeatedColumn(_) => {
                return Self::invalid(format!("{error}."), "Choose other fields, or another table name.");
            }
            DestinationError::Width { .. } => {
                return Self::new(
                    ErrorCode::GoogleUnreadable,
                    "Google's rows have another number of cells than were asked for.",
                    "Try again; if it stays so, report it.",
                )
                .with_details(error);
            }
            DestinationError::TableDiffers { .. } => {
                "Name another table (sqlite:FILE?table=NAME), or export the same fields as before."
            }
            DestinationError::NotADatabase { .. } => "Name another file, or a new one.",
            DestinationError::Locked { .. } => "Close the program that has it open, and run the export again.",
            DestinationError::Sqlite { .. } | DestinationError::File { .. } => {
                "Check that the folder exists, that you may write there, and that the disk is not full."
            }
        };
        Self::new(ErrorCode::Destination, format!("{error}."), remedy)
    }
}
