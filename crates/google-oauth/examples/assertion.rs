//! Prints the assertion that our code signs: for the judges, who verify it with Google's own library.
//!
//! Usage: `assertion KEY.json SECONDS SCOPE[,SCOPE] [SUBJECT]`, SECONDS being the time since 1970 at which it is signed.
//! Only for practice keys: whoever reads an assertion can be the service account for an hour.

use std::process::ExitCode;

use google_oauth::{AssertionOrder, Provider, ServiceAccountKey, read_key_file};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match signed(&arguments) {
        Ok(assertion) => {
            println!("{assertion}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn signed(arguments: &[String]) -> Result<String, Box<dyn std::error::Error>> {
    let [file, seconds, scopes, subject @ ..] = arguments else {
        return Err("usage: assertion KEY.json SECONDS SCOPE[,SCOPE] [SUBJECT]".into());
    };
    let key = ServiceAccountKey::parse(&read_key_file(file.as_ref())?)?;
    let order = AssertionOrder {
        scopes: scopes.split(',').map(str::to_owned).collect(),
        subject: subject.first().cloned(),
    };
    let now = jiff::Timestamp::from_second(seconds.parse()?)?;
    let assertion = key.assertion(&order, Provider::google().token_endpoint, now)?;
    Ok(assertion.expose().to_owned())
}
