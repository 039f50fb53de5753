//! Signed requests and signed documents.
//!
//! # Requests
//!
//! A request that changes anything carries five headers. The signature covers this text:
//!
//! ```text
//! woolgather-request-v1\n METHOD\n path?query\n coordinator key\n time\n nonce\n body digest
//! ```
//!
//! (without the blanks). The coordinator's key is part of it, so a request signed for one
//! coordinator means nothing to another; time and nonce make it good once: the coordinator
//! refuses times further than [`CLOCK_SKEW_MAX_MS`] from its own and remembers nonces that long.
//! The body's BLAKE3 is signed instead of the body, so that a large upload can be checked as it
//! streams.
//!
//! # Documents
//!
//! [`Signed`] keeps the exact text that was signed, so nothing depends on how JSON is printed.

use std::marker::PhantomData;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::digests::Blake3;
use crate::keys::{BadSignature, DeviceSecret, PublicKey, Signature};

/// Header with the device's [`PublicKey`].
pub const HEADER_KEY: &str = "woolgather-key";
/// Header with the sender's time, ms since 1970 UTC.
pub const HEADER_TIME: &str = "woolgather-time";
/// Header with the [`Nonce`].
pub const HEADER_NONCE: &str = "woolgather-nonce";
/// Header with the body's BLAKE3.
pub const HEADER_BODY: &str = "woolgather-body";
/// Header with the [`Signature`].
pub const HEADER_SIGNATURE: &str = "woolgather-signature";

/// How far a request's time may be from the coordinator's clock: five minutes.
pub const CLOCK_SKEW_MAX_MS: i64 = 5 * 60 * 1000;

mod nonce {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    crate::digests::hex_bytes!(
        /// Sixteen random bytes that make a request unlike any other.
        Nonce,
        16
    );
}
pub use nonce::Nonce;

/// What a request's signature covers.
#[derive(Debug, Clone, Copy)]
pub struct RequestToSign<'a> {
    /// `POST`, `PUT`, `DELETE`.
    pub method: &'a str,
    /// Path with query, as sent: `/api/v1/leases`.
    pub path: &'a str,
    /// The coordinator it is meant for.
    pub coordinator: &'a PublicKey,
    /// The sender's time, ms since 1970 UTC.
    pub time_ms: i64,
    /// Sixteen random bytes.
    pub nonce: Nonce,
    /// BLAKE3 of the body; of no bytes where there is none.
    pub body: Blake3,
}

impl RequestToSign<'_> {
    /// The text that is signed.
    #[must_use]
    pub fn text(&self) -> String {
        let Self {
            method,
            path,
            coordinator,
            time_ms,
            nonce,
            body,
        } = self;
        format!(
            "woolgather-request-v1\n{method}\n{path}\n{coordinator}\n{time_ms}\n{nonce}\n{body}"
        )
    }

    /// Signs with the device's key.
    #[must_use]
    pub fn sign(&self, secret: &DeviceSecret) -> Signature {
        secret.sign(self.text().as_bytes())
    }

    /// Checks a request's signature. The caller checks time and nonce.
    ///
    /// # Errors
    ///
    /// [`BadSignature`]: refuse the request.
    pub fn verify(&self, key: &PublicKey, signature: &Signature) -> Result<(), BadSignature> {
        key.verify(self.text().as_bytes(), signature)
    }
}

/// A document and the signature over its exact text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Signed<T> {
    /// The document as JSON text; the BLAKE3 of this text is what was signed, after `purpose` and a line
    /// feed.
    pub document: String,
    /// ed25519 over `"{purpose}\n{BLAKE3 of document}"`.
    pub signature: Signature,
    #[serde(skip)]
    kind: PhantomData<T>,
}

/// A document that can be signed; the purpose keeps a signature from being taken for another's.
pub trait Document: Serialize + DeserializeOwned {
    /// A constant text, different for every type of document.
    const PURPOSE: &'static str;
}

/// Why a signed document was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Not signed by the key it was expected from: do not use it.
    #[error(transparent)]
    Signature(#[from] BadSignature),
    /// Signed, but not a document of this kind and version.
    #[error("the signed document cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
}

impl<T: Document> Signed<T> {
    /// Signs `document`.
    ///
    /// # Panics
    ///
    /// If `document` cannot be written as JSON, which is our bug: documents are plain structs.
    #[must_use]
    pub fn seal(document: &T, secret: &DeviceSecret) -> Self {
        let document = serde_json::to_string(document).expect("documents are plain structs");
        let signature = secret.sign(signed_text::<T>(&document).as_bytes());
        Self {
            document,
            signature,
            kind: PhantomData,
        }
    }

    /// Checks the signature, then reads the document.
    ///
    /// # Errors
    ///
    /// [`OpenError::Signature`] when `key` did not sign it; [`OpenError::Unreadable`] when it is
    /// something else.
    pub fn open(&self, key: &PublicKey) -> Result<T, OpenError> {
        key.verify(signed_text::<T>(&self.document).as_bytes(), &self.signature)?;
        Ok(serde_json::from_str(&self.document)?)
    }
}

/// The digest stands for the text: a signature hashes what it is over twice, with a hash that is much
/// slower, and documents are long.
fn signed_text<T: Document>(document: &str) -> String {
    format!("{}\n{}", T::PURPOSE, Blake3::of(document.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Note {
        words: String,
    }
    impl Document for Note {
        const PURPOSE: &'static str = "test-note-v1";
    }
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Order {
        words: String,
    }
    impl Document for Order {
        const PURPOSE: &'static str = "test-order-v1";
    }

    fn secret(byte: u8) -> DeviceSecret {
        DeviceSecret::from_bytes(&[byte; 32])
    }

    fn note() -> Note {
        Note {
            words: "dream".into(),
        }
    }

    #[test]
    fn a_sealed_document_opens_with_its_key_alone() {
        let sealed = Signed::seal(&note(), &secret(1));
        assert_eq!(sealed.open(&secret(1).public()).unwrap(), note());
        assert!(sealed.open(&secret(2).public()).is_err());
    }

    #[test]
    fn one_changed_character_is_noticed() {
        let mut sealed = Signed::seal(&note(), &secret(1));
        sealed.document = sealed.document.replace("dream", "cream");
        assert!(matches!(
            sealed.open(&secret(1).public()),
            Err(OpenError::Signature(_))
        ));
    }

    #[test]
    fn a_note_is_not_taken_for_an_order() {
        let text = serde_json::to_string(&Signed::seal(&note(), &secret(1))).unwrap();
        let order: Signed<Order> = serde_json::from_str(&text).unwrap();
        assert!(order.open(&secret(1).public()).is_err());
    }

    #[test]
    fn every_part_of_a_request_is_signed() {
        let coordinator = secret(9).public();
        let other = secret(8).public();
        let request = RequestToSign {
            method: "POST",
            path: "/api/v1/leases",
            coordinator: &coordinator,
            time_ms: 1,
            nonce: Nonce([0; 16]),
            body: Blake3::of(b""),
        };
        let signature = request.sign(&secret(1));
        let key = secret(1).public();
        assert!(request.verify(&key, &signature).is_ok());
        let changed = [
            RequestToSign {
                method: "PUT",
                ..request
            },
            RequestToSign {
                path: "/api/v1/votes",
                ..request
            },
            RequestToSign {
                coordinator: &other,
                ..request
            },
            RequestToSign {
                time_ms: 2,
                ..request
            },
            RequestToSign {
                nonce: Nonce([1; 16]),
                ..request
            },
            RequestToSign {
                body: Blake3::of(b"x"),
                ..request
            },
        ];
        for request in changed {
            assert!(request.verify(&key, &signature).is_err(), "{request:?}");
        }
    }
}
