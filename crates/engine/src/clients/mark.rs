//! The chip of a client: one of ten colours and two letters, given once and kept until the person changes them.

use gantry_store::ClientRecord;

use crate::error::{Error, Result};

/// How many colours there are; they repeat.
pub(super) const COLOURS: u8 = 10;

/// The colour that the fewest clients have; the lowest of these.
pub(super) fn least_used_colour(clients: &[ClientRecord]) -> u8 {
    let uses = |colour: u8| clients.iter().filter(|client| client.colour == colour).count();
    (1..=COLOURS).min_by_key(|colour| uses(*colour)).unwrap_or(1)
}

/// Two letters for a name: initials first, then letters of the name, then any that are free. Taken ones only where all
/// that the name allows are taken.
pub(super) fn letters_for(name: &str, taken: &[ClientRecord]) -> String {
    let words: Vec<Vec<char>> = name
        .split(|letter: char| !letter.is_alphanumeric())
        .map(|word| word.chars().map(capital).collect::<Vec<_>>())
        .filter(|word| !word.is_empty())
        .collect();
    let Some(&first) = words.first().and_then(|word| word.first()) else {
        return "??".to_owned();
    };
    let initials = words.iter().skip(1).filter_map(|word| word.first().copied());
    let own = words.iter().flatten().copied().skip(1);
    let wished: Vec<String> = initials
        .chain(own)
        .chain('A'..='Z')
        .chain('0'..='9')
        .map(|second| format!("{first}{second}"))
        .collect();
    let free = wished
        .iter()
        .find(|letters| !taken.iter().any(|client| client.letters == **letters));
    free.or(wished.first()).cloned().unwrap_or_default()
}

/// Letters that a person chose, as they are kept.
pub(super) fn checked_letters(letters: &str) -> Result<String> {
    let kept: Option<Vec<char>> = letters
        .trim()
        .chars()
        .map(|letter| Some(capital(letter)).filter(|one| one.is_alphanumeric()))
        .collect();
    match kept {
        Some(kept) if kept.len() == 2 => Ok(kept.into_iter().collect()),
        _ => Err(Error::invalid(
            format!("{:?} is not two letters.", letters.trim()),
            "Give two letters or digits for the client's chip, for instance JL.",
        )),
    }
}

pub(super) fn checked_colour(colour: u8) -> Result<u8> {
    if (1..=COLOURS).contains(&colour) {
        return Ok(colour);
    }
    Err(Error::invalid(
        format!("There is no colour {colour}."),
        "Choose a colour from 1 to 10.",
    ))
}

/// The capital of a letter where that is one letter ("ß" would be two).
fn capital(letter: char) -> char {
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(one), None) => one,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(colour: u8, letters: &str) -> ClientRecord {
        ClientRecord {
            id: letters.to_owned(),
            name: letters.to_owned(),
            heading: None,
            colour,
            letters: letters.to_owned(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_least_used_colour_is_next_and_ten_repeat() {
        let mut clients = Vec::new();
        let given: Vec<u8> = (0..12)
            .map(|_| {
                let colour = least_used_colour(&clients);
                clients.push(client(colour, "AA"));
                colour
            })
            .collect();
        assert_eq!(given, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2]);
        clients.retain(|one| one.colour != 7);
        assert_eq!(least_used_colour(&clients), 7);
    }

    #[test]
    fn letters_are_initials_and_unique_while_there_are_free_ones() {
        assert_eq!(letters_for("Juniper Legal", &[]), "JL");
        assert_eq!(letters_for("juniper", &[]), "JU");
        assert_eq!(letters_for("Juniper Legal", &[client(1, "JL")]), "JU");
        assert_eq!(letters_for("Öko-Käse", &[]), "ÖK");
        assert_eq!(letters_for("X", &[]), "XA");
        assert_eq!(letters_for("…", &[]), "??");
        let mut taken = Vec::new();
        for _ in 0..40 {
            let letters = letters_for("Elmstead Bakery", &taken);
            taken.push(client(1, &letters));
        }
        let unique: std::collections::BTreeSet<_> = taken.iter().map(|one| one.letters.clone()).collect();
        assert!(unique.len() >= 36, "{}", unique.len());
    }

    #[test]
    fn letters_of_a_person_are_two() {
        assert_eq!(checked_letters(" jl ").unwrap(), "JL");
        for wrong in ["", "J", "JLX", "J!"] {
            assert!(checked_letters(wrong).is_err(), "{wrong}");
        }
        assert!(checked_colour(0).is_err() && checked_colour(11).is_err() && checked_colour(10).is_ok());
    }
}
