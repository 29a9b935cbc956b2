//! An RSA private key: checked when it is read, redacted when it is printed, wiped when it is dropped.

use std::fmt;

use aws_lc_rs::rsa::KeyPair;
use jsonwebtoken::EncodingKey;
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::error::PrivateKeyProblem;

/// `rsaEncryption` (RFC 8017, appendix C).
const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// An RSA key of 2048 to 8192 bits. In memory as `RSAPrivateKey` of PKCS#1 (RFC 8017, appendix A.1.2), the shortest form.
#[derive(Clone, PartialEq, Eq)]
pub struct RsaPrivateKey(Zeroizing<Vec<u8>>);

impl RsaPrivateKey {
    /// Reads a PEM text of PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`).
    pub fn from_pem(text: &str) -> Result<Self, PrivateKeyProblem> {
        let block = pem::parse(text).map_err(|_| PrivateKeyProblem::NotPem)?;
        // The old OpenSSL way to encrypt (RFC 1421): a header in the block.
        let encrypted = block
            .headers()
            .get("Proc-Type")
            .is_some_and(|value| value.contains("ENCRYPTED"));
        let tag = block.tag().to_owned();
        let der = Zeroizing::new(block.into_contents());
        match tag.as_str() {
            "ENCRYPTED PRIVATE KEY" => Err(PrivateKeyProblem::Encrypted),
            _ if encrypted => Err(PrivateKeyProblem::Encrypted),
            "PRIVATE KEY" => Self::from_pkcs8(&der),
            "RSA PRIVATE KEY" => Self::from_pkcs1(&der),
            "EC PRIVATE KEY" | "DSA PRIVATE KEY" | "OPENSSH PRIVATE KEY" => Err(PrivateKeyProblem::NotRsa),
            _ => Err(PrivateKeyProblem::NotPrivate),
        }
    }

    /// Reads an unencrypted `PrivateKeyInfo` (RFC 5208) in DER.
    pub fn from_pkcs8(der: &[u8]) -> Result<Self, PrivateKeyProblem> {
        let info = PrivateKeyInfoRef::try_from(der).map_err(|_| PrivateKeyProblem::Damaged)?;
        if info.algorithm.oid != RSA {
            return Err(PrivateKeyProblem::NotRsa);
        }
        Self::from_pkcs1(info.private_key.as_bytes())
    }

    /// Reads an `RSAPrivateKey` in DER, and proves that its numbers belong together.
    pub fn from_pkcs1(der: &[u8]) -> Result<Self, PrivateKeyProblem> {
        KeyPair::from_der(der).map_err(|rejected| match rejected.description_() {
            "TooSmall" => PrivateKeyProblem::TooSmall,
            "TooLarge" => PrivateKeyProblem::TooLarge,
            _ => PrivateKeyProblem::Damaged,
        })?;
        Ok(Self(Zeroizing::new(der.to_vec())))
    }

    /// `RSAPrivateKey` in DER: for the one place that stores it.
    pub(super) fn as_pkcs1(&self) -> &[u8] {
        &self.0
    }

    /// As the signing crate takes it; it wipes its copy, too.
    pub(super) fn signing_key(&self) -> EncodingKey {
        EncodingKey::from_rsa_der(&self.0)
    }
}

impl fmt::Debug for RsaPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaPrivateKey(redacted)")
    }
}
