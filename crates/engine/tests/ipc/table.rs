//! What a request of each command looks like, read from the TypeScript module: a fuzzer that knows the fields gets past
//! the parser.

use std::collections::BTreeMap;

use gantry_engine::commands;

pub struct Table {
    /// A command's fields and their TypeScript types; all of its request's, in the order of the declaration.
    pub fields: BTreeMap<&'static str, Vec<(String, String)>>,
    /// What quoted words a named type is made of: the values of an enumeration.
    pub words: BTreeMap<String, Vec<String>>,
    /// The shapes of a named type that is an object: one, or several told apart by a tag.
    pub shapes: BTreeMap<String, Vec<Vec<(String, String)>>>,
}

impl Table {
    pub fn read() -> Self {
        let module = without_comments(&commands::typescript());
        let mut declared: BTreeMap<String, String> = BTreeMap::new();
        for declaration in module.split("export type ").skip(1) {
            if let Some((name, body)) = declaration.split_once(" = ") {
                let body = body.split("export ").next().unwrap_or_default();
                declared.insert(name.to_owned(), body.to_owned());
            }
        }
        let request_of = |command: &str| {
            let (_, after) = module.split_once(&format!("\"{command}\": {{ request: "))?;
            after.split_once(';').map(|(request, _)| request.trim().to_owned())
        };
        let fields = commands::NAMES
            .iter()
            .map(|name| {
                let request = request_of(name).unwrap_or_else(|| panic!("{name} has no request"));
                (*name, fields(declared.get(&request).map_or("", String::as_str)))
            })
            .collect();
        let words = declared
            .iter()
            .map(|(name, body)| (name.clone(), quoted(body)))
            .collect();
        let shapes = declared
            .iter()
            .filter(|(_, body)| body.trim_start().starts_with('{'))
            .map(|(name, body)| (name.clone(), body.split("} | {").map(self::fields).collect()))
            .collect();
        Self { fields, words, shapes }
    }
}

/// The fields of `{ a: string, b: Array<X>, }`.
fn fields(body: &str) -> Vec<(String, String)> {
    body.trim_start_matches([' ', '{'])
        .split(", ")
        .filter_map(|field| field.trim().split_once(": "))
        .map(|(name, kind)| {
            let name = name
                .trim_start_matches([' ', '{'])
                .trim_end_matches('?')
                .trim()
                .trim_matches('"');
            (name.to_owned(), kind.trim_end_matches([' ', '}', ',', ';']).to_owned())
        })
        .filter(|(name, _)| name.chars().all(|part| part.is_alphanumeric() || part == '_'))
        .collect()
}

fn quoted(body: &str) -> Vec<String> {
    body.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

fn without_comments(module: &str) -> String {
    let mut parts = module.split("/*");
    let mut code = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        code.push_str(part.split_once("*/").map_or("", |(_, after)| after));
    }
    code.replace('\n', " ")
}

#[test]
fn the_fields_of_a_request_are_found() {
    let table = Table::read();
    let names = |command: &str| -> Vec<String> { table.fields[command].iter().map(|(name, _)| name.clone()).collect() };
    assert_eq!(names("app.open_link"), ["id"]);
    assert_eq!(
        names("exports.run"),
        [
            "property",
            "dimensions",
            "metrics",
            "from",
            "to",
            "destination",
            "connection"
        ]
    );
    assert_eq!(names("app.status"), [""; 0]);
    assert!(table.words["EntityKind"].contains(&"tag".to_owned()));
    let choices = &table.shapes["AnalyticsChoice"];
    assert_eq!(choices.len(), 3, "{choices:?}");
    assert_eq!(choices[0], [("kind".to_owned(), "\"new_account\"".to_owned())]);
}
