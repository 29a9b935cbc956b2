//! A key as the keychain holds it: short enough for Windows, which takes 2560 bytes; the JSON of an RSA-4096 key is longer.
//!
//! A version byte; e-mail, key id, project and client id, each a length byte and its text (0 where there is none); the
//! length of the private key in two bytes, big end first, and the key (`RSAPrivateKey` in DER).

use zeroize::Zeroizing;

use super::key::ServiceAccountKey;
use super::private_key::RsaPrivateKey;
use crate::secret::SecretBytes;
use crate::token_store::TokenStoreError;

const VERSION: u8 = 1;
/// What Windows' Credential Manager takes in one credential (`CRED_MAX_CREDENTIAL_BLOB_SIZE`), in bytes.
const LONGEST: u32 = 2560;

impl ServiceAccountKey {
    /// What to store. [`TokenStoreError::TooLong`] where it would not fit into every system's keychain: an RSA-4096 key
    /// fits, a longer one does not.
    pub fn to_stored(&self) -> Result<SecretBytes, TokenStoreError> {
        let mut bytes = Zeroizing::new(vec![VERSION]);
        for text in [
            Some(&self.email),
            self.key_id.as_ref(),
            self.project_id.as_ref(),
            self.client_id.as_ref(),
        ] {
            let text = text.map_or("", String::as_str);
            bytes.push(u8::try_from(text.len()).map_err(|_| TokenStoreError::TooLong(LONGEST))?);
            bytes.extend_from_slice(text.as_bytes());
        }
        let der = self.private_key.as_pkcs1();
        let length = u16::try_from(der.len()).map_err(|_| TokenStoreError::TooLong(LONGEST))?;
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(der);
        if bytes.len() > LONGEST as usize {
            return Err(TokenStoreError::TooLong(LONGEST));
        }
        Ok(SecretBytes::new(bytes.to_vec()))
    }

    /// Reads what [`to_stored`](Self::to_stored) wrote.
    pub fn from_stored(stored: &SecretBytes) -> Result<Self, TokenStoreError> {
        let mut reader = Reader(stored.expose());
        if reader.bytes(1)? != [VERSION] {
            return Err(unreadable("another version of Gantry wrote it"));
        }
        let email = reader
            .text()?
            .ok_or_else(|| unreadable("it names no service account"))?;
        let (key_id, project_id, client_id) = (reader.text()?, reader.text()?, reader.text()?);
        let length = reader.bytes(2)?;
        let der = reader.bytes(usize::from(u16::from_be_bytes([length[0], length[1]])))?;
        if !reader.0.is_empty() {
            return Err(unreadable("something follows it"));
        }
        let private_key = RsaPrivateKey::from_pkcs1(der).map_err(|problem| unreadable(&problem.to_string()))?;
        Ok(Self {
            email,
            key_id,
            project_id,
            client_id,
            private_key,
        })
    }
}

fn unreadable(why: &str) -> TokenStoreError {
    TokenStoreError::Unreadable(format!("the service account's key: {why}"))
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, count: usize) -> Result<&'a [u8], TokenStoreError> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(|| unreadable("it is cut short"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn text(&mut self) -> Result<Option<String>, TokenStoreError> {
        let length = self.bytes(1)?[0];
        let text = self.bytes(usize::from(length))?;
        let text = std::str::from_utf8(text).map_err(|_| unreadable("it is not text"))?;
        Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
    }
}
