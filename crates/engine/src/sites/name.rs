//! The name of a business out of a page's title: "Home | Elmstead Bakery", "Elmstead Bakery - Fresh bread every day".

/// What stands between the parts of a title.
const SEPARATORS: [&str; 12] = [
    " | ",
    " - ",
    " \u{2013} ",
    " \u{2014} ",
    " \u{b7} ",
    " \u{2022} ",
    " :: ",
    " \u{bb} ",
    " \u{ab} ",
    " / ",
    ": ",
    " ~ ",
];

/// Parts that name no business.
const GENERIC: [&str; 27] = [
    "home",
    "homepage",
    "home page",
    "welcome",
    "index",
    "start",
    "main",
    "untitled",
    "official site",
    "official website",
    "startseite",
    "willkommen",
    "start page",
    "accueil",
    "bienvenue",
    "inicio",
    "bienvenidos",
    "bienvenido",
    "in\u{ed}cio",
    "home - home",
    "benvenuti",
    "pagina iniziale",
    "welkom",
    "hjem",
    "hem",
    "etusivu",
    "strona g\u{142}\u{f3}wna",
];

const GREETINGS: [&str; 8] = [
    "welcome to ",
    "willkommen bei ",
    "willkommen in der ",
    "bienvenue chez ",
    "bienvenue \u{e0} ",
    "bienvenidos a ",
    "benvenuti da ",
    "welkom bij ",
];

/// The part of the title that is most like the host's name; else the first that is not generic.
pub(super) fn of_title(title: &str, host: &str) -> Option<String> {
    let parts: Vec<&str> = split(title)
        .into_iter()
        .map(without_greeting)
        .filter(|part| !part.is_empty() && !GENERIC.contains(&part.to_lowercase().as_str()))
        .collect();
    let host = letters(host.strip_prefix("www.").unwrap_or(host));
    let mut best: Option<(usize, &str)> = None;
    for part in &parts {
        let likeness = likeness(part, &host);
        if best.is_none_or(|(most, _)| likeness > most) {
            best = Some((likeness, part));
        }
    }
    best.map(|(_, part)| (*part).to_owned())
}

fn split(title: &str) -> Vec<&str> {
    let mut parts = vec![title];
    for separator in SEPARATORS {
        parts = parts.into_iter().flat_map(|part| part.split(separator)).collect();
    }
    parts.into_iter().map(str::trim).collect()
}

fn without_greeting(part: &str) -> &str {
    let rest = GREETINGS.iter().find_map(|greeting| {
        let start = part.get(..greeting.len())?;
        (start.to_lowercase() == *greeting).then(|| part.get(greeting.len()..))?
    });
    rest.unwrap_or(part).trim()
}

/// Letters of the part's words that the host's name has, in percent of the part: a slogan that mentions the business is less
/// like it than its name alone.
fn likeness(part: &str, host: &str) -> usize {
    let words: Vec<String> = part
        .split_whitespace()
        .map(letters)
        .filter(|word| !word.is_empty())
        .collect();
    let all: usize = words.iter().map(String::len).sum();
    let found: usize = words
        .iter()
        .filter(|word| word.len() > 2 && host.contains(word.as_str()))
        .map(String::len)
        .sum();
    found * 100 / all.max(1)
}

/// As host names are written: small letters and digits, umlauts spelt out.
fn letters(text: &str) -> String {
    let mut plain = String::new();
    for letter in text.to_lowercase().chars() {
        match letter {
            '\u{e4}' => plain.push_str("ae"),
            '\u{f6}' | '\u{f8}' | '\u{153}' => plain.push_str("oe"),
            '\u{fc}' => plain.push_str("ue"),
            '\u{df}' => plain.push_str("ss"),
            '\u{e0}'..='\u{e5}' => plain.push('a'),
            '\u{e7}' => plain.push('c'),
            '\u{e8}'..='\u{eb}' => plain.push('e'),
            '\u{ec}'..='\u{ef}' => plain.push('i'),
            '\u{f1}' => plain.push('n'),
            '\u{f2}'..='\u{f5}' => plain.push('o'),
            '\u{f9}'..='\u{fb}' => plain.push('u'),
            letter if letter.is_alphanumeric() => plain.push(letter),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_name_is_what_the_host_is_called() {
        for (title, host, name) in [
            (
                "Home | Elmstead Bakery",
                "www.elmsteadbakery.example",
                "Elmstead Bakery",
            ),
            (
                "Elmstead Bakery \u{2013} Fresh bread every day",
                "elmstead.co.uk",
                "Elmstead Bakery",
            ),
            (
                "Fresh bread from Elmstead Bakery - Elmstead Bakery",
                "elmsteadbakery.com",
                "Elmstead Bakery",
            ),
            ("Welcome to Harbour Bakery", "harbour-bakery.example", "Harbour Bakery"),
            (
                "Startseite \u{b7} B\u{e4}ckerei am Hafen",
                "baeckerei-am-hafen.de",
                "B\u{e4}ckerei am Hafen",
            ),
            ("Harbour Bakery: bread and cakes", "hb.example", "Harbour Bakery"),
            ("Caf\u{e9} Lumi\u{e8}re", "cafelumiere.fr", "Caf\u{e9} Lumi\u{e8}re"),
            ("Coca-Cola", "coca-cola.com", "Coca-Cola"),
        ] {
            assert_eq!(of_title(title, host).as_deref(), Some(name), "{title}");
        }
        assert_eq!(of_title("Home", "x.example"), None);
        assert_eq!(of_title(" | ", "x.example"), None);
    }

    proptest! {
        #[test]
        fn any_title_is_read(title in "\\PC{0,80}", host in "[a-z.-]{0,20}") {
            if let Some(name) = of_title(&title, &host) {
                prop_assert!(title.contains(&name));
            }
        }
    }
}
