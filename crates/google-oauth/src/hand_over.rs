//! The note that the holder of a connection's lock leaves for the next one: the access token that it was given, or that a
//! renewal was begun. Sealed, so that only who can read the keychain can read it.
//!
//! The key is derived from the stored secret with HKDF-SHA256 (RFC 5869), with the connection as its context; the seal is
//! AES-256-GCM. A note under another secret (rotated, signed in anew), of another connection, or torn, cannot be opened:
//! it is then as if there were none. See docs/decisions/0009.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, Salt};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::access_token::AccessToken;
use crate::secret::{SecretBytes, SecretString};

/// The first bytes of a note: what it is, and the version of its form.
const MARK: &[u8] = b"gantry hand-over 1\n";

/// What a note says.
#[derive(Debug)]
pub(crate) enum HandOver {
    /// Nothing, or nothing that can be opened.
    Nothing,
    /// Somebody began a renewal, and did not live to say how it ended.
    InFlight,
    /// An access token that has not ended.
    Token(AccessToken),
}

/// Never leaves this file but sealed.
#[derive(Deserialize, Serialize)]
enum Content {
    InFlight,
    Token {
        access_token: String,
        issued: Timestamp,
        until: Timestamp,
    },
}

/// Seals and opens the notes of one connection under its stored secret.
pub(crate) struct Seal(LessSafeKey);

impl Seal {
    /// `None` where the cryptographic library fails, which leaves processes without notes, but at work.
    pub fn new(connection: &str, secret: &SecretBytes) -> Option<Self> {
        let key = Salt::new(HKDF_SHA256, b"gantry access token hand-over")
            .extract(secret.expose())
            .expand(&[connection.as_bytes()], &AES_256_GCM)
            .ok()
            .map(UnboundKey::from)?;
        Some(Self(LessSafeKey::new(key)))
    }

    pub fn in_flight(&self) -> Option<Vec<u8>> {
        self.close(&Content::InFlight)
    }

    pub fn token(&self, token: &AccessToken) -> Option<Vec<u8>> {
        let (issued, until) = token.wall_span();
        self.close(&Content::Token {
            access_token: token.secret().expose().to_owned(),
            issued,
            until,
        })
    }

    /// What the note says at `now`, by this computer's clock.
    pub fn open(&self, note: &[u8], now: Timestamp) -> HandOver {
        match self.content(note) {
            None => HandOver::Nothing,
            Some(Content::InFlight) => HandOver::InFlight,
            Some(Content::Token {
                access_token,
                issued,
                until,
            }) => AccessToken::handed_over(SecretString::new(access_token), issued, until, now)
                .map_or(HandOver::Nothing, HandOver::Token),
        }
    }

    fn content(&self, note: &[u8]) -> Option<Content> {
        let (nonce, sealed) = note.strip_prefix(MARK)?.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut sealed = sealed.to_vec();
        let plain = self.0.open_in_place(nonce, Aad::from(MARK), &mut sealed).ok()?;
        serde_json::from_slice(plain).ok()
    }

    fn close(&self, content: &Content) -> Option<Vec<u8>> {
        let mut sealed = serde_json::to_vec(content).ok()?;
        let mut nonce = [0; NONCE_LEN];
        aws_lc_rs::rand::fill(&mut nonce).ok()?;
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(MARK), &mut sealed)
            .ok()?;
        Some([MARK, &nonce, &sealed].concat())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn noon() -> Timestamp {
        "2026-03-01T12:00:00Z".parse().unwrap()
    }

    fn seal(connection: &str, secret: &str) -> Seal {
        Seal::new(connection, &SecretBytes::new(secret)).unwrap()
    }

    fn token() -> AccessToken {
        AccessToken::new(SecretString::new("ya29.canary"), Some(Duration::from_hours(1)), noon())
    }

    #[tokio::test]
    async fn a_note_is_read_by_who_has_the_secret_and_by_nobody_else() {
        let note = seal("one", "1//refresh").token(&token()).unwrap();
        assert!(!String::from_utf8_lossy(&note).contains("canary"));
        let HandOver::Token(read) = seal("one", "1//refresh").open(&note, noon()) else {
            panic!("the note can be opened");
        };
        assert_eq!(read.secret(), token().secret());
        for other in [seal("two", "1//refresh"), seal("one", "1//rotated")] {
            assert!(matches!(other.open(&note, noon()), HandOver::Nothing));
        }
        let begun = seal("one", "1//refresh").in_flight().unwrap();
        assert!(matches!(
            seal("one", "1//refresh").open(&begun, noon()),
            HandOver::InFlight
        ));
        assert!(matches!(
            seal("one", "1//rotated").open(&begun, noon()),
            HandOver::Nothing
        ));
    }

    #[tokio::test]
    async fn a_torn_note_or_one_that_was_touched_says_nothing() {
        let seal = seal("one", "1//refresh");
        let note = seal.token(&token()).unwrap();
        for length in 0..note.len() {
            assert!(matches!(seal.open(&note[..length], noon()), HandOver::Nothing));
        }
        for place in 0..note.len() {
            let mut touched = note.clone();
            touched[place] ^= 1;
            assert!(matches!(seal.open(&touched, noon()), HandOver::Nothing));
        }
        let late = noon() + Duration::from_hours(2);
        assert!(matches!(seal.open(&note, late), HandOver::Nothing), "ended");
    }

    #[tokio::test]
    async fn two_notes_of_one_token_have_nothing_in_common() {
        let seal = seal("one", "1//refresh");
        let (one, two) = (seal.token(&token()).unwrap(), seal.token(&token()).unwrap());
        assert_ne!(one[MARK.len()..], two[MARK.len()..]);
    }
}
