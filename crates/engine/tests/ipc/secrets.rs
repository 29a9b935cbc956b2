//! Tokens are absent from what crosses to a host, by construction: an answer must be `Serialize`, and no secret's type is.
//! The first lines do not compile once one of them is.

use gantry_engine::commands;
use serde::Serialize;

/// `Trap::<_>::SPRUNG` is ambiguous, and the program refused, for a type that is `Serialize`.
trait Trap<Way> {
    const SPRUNG: bool = false;
}
impl<T: ?Sized> Trap<()> for T {}
struct ByTrait;
impl<T: ?Sized + Serialize> Trap<ByTrait> for T {}

const NO_SECRET_IS_SERIALIZE: [bool; 6] = [
    <google_oauth::SecretString as Trap<_>>::SPRUNG,
    <google_oauth::SecretBytes as Trap<_>>::SPRUNG,
    <google_oauth::OAuthClient as Trap<_>>::SPRUNG,
    <google_oauth::Grant as Trap<_>>::SPRUNG,
    <google_oauth::Credential as Trap<_>>::SPRUNG,
    <google_apis::AccessToken as Trap<_>>::SPRUNG,
];

#[test]
fn u7_no_type_of_a_secret_can_be_an_answer() {
    assert_eq!(NO_SECRET_IS_SERIALIZE, [false; 6]);
}

/// A secret copied into a plain string would be a field of its own, and a field has a name. A page may know that there
/// are secrets; it never holds one.
#[test]
fn u7_no_field_of_the_boundary_is_named_like_a_secret() {
    let module = commands::typescript();
    let code = without_comments(&module);
    let named = code
        .split(|part: char| !part.is_alphanumeric() && part != '_' && part != ':')
        .filter_map(|word| word.strip_suffix(':'))
        .map(str::to_lowercase);
    // Numbers: what a report's query has left of its hour and its day in Google's unit, and how many sign-ins were counted.
    let spent = ["tokens", "tokens_obtained"];
    let suspicious: Vec<String> = named
        .filter(|name| !spent.contains(&name.as_str()))
        .filter(|name| {
            [
                "secret",
                "token",
                "password",
                "passphrase",
                "private",
                "verifier",
                "credential",
                "assertion",
                "cookie",
            ]
            .iter()
            .any(|part| name.contains(part))
        })
        .collect();
    assert_eq!(suspicious, [""; 0]);
}

/// The module without its comments, which speak of secrets.
fn without_comments(module: &str) -> String {
    let mut rest = module;
    let mut code = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        code.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    code.push_str(rest);
    code.lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}
