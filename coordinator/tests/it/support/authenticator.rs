//! An authenticator in software: makes a passkey and answers with it, honestly or not.

use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use woolgather_protocol::DeviceSecret;

/// Somebody was there, and was recognised.
const PRESENT_AND_VERIFIED: u8 = 0x05;
/// A new key comes with it.
const NEW_KEY: u8 = 0x40;

/// A device that holds one passkey, with an ed25519 key.
pub(crate) struct Authenticator {
    secret: DeviceSecret,
    /// Where its browser is.
    pub(crate) origin: String,
    user_handle: String,
    uses: u32,
}

impl Authenticator {
    pub(crate) fn new(key: u8, origin: &str) -> Self {
        Self {
            secret: DeviceSecret::from_bytes(&[key; 32]),
            origin: origin.to_owned(),
            user_handle: String::new(),
            uses: 0,
        }
    }

    fn id(&self) -> [u8; 16] {
        self.secret.public().0[..16].try_into().unwrap()
    }

    /// Makes its passkey.
    pub(crate) fn make(&mut self, question: &Value) -> Value {
        self.user_handle = question["user"]["id"].as_str().unwrap().to_owned();
        let said = self.said("webauthn.create", question);
        let mut data = self.data(question["rp"]["id"].as_str().unwrap(), NEW_KEY);
        data.extend([0; 16]);
        data.extend(16_u16.to_be_bytes());
        data.extend(self.id());
        // A COSE key: an octet key pair, for EdDSA, on Ed25519.
        data.extend([0xa4, 0x01, 0x01, 0x03, 0x27, 0x20, 0x06, 0x21, 0x58, 0x20]);
        data.extend(self.secret.public().0);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x58");
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.answer(&json!({
            "clientDataJSON": encode(said.as_bytes()),
            "attestationObject": encode(&object),
        }))
    }

    /// Signs its person in.
    pub(crate) fn answer_to(&mut self, question: &Value) -> Value {
        self.uses += 1;
        let said = self.said("webauthn.get", question);
        let data = self.data(question["rpId"].as_str().unwrap(), 0);
        let signed = [data.clone(), Sha256::digest(said.as_bytes()).to_vec()].concat();
        let signature = self.secret.sign(&signed);
        self.answer(&json!({
            "clientDataJSON": encode(said.as_bytes()),
            "authenticatorData": encode(&data),
            "signature": encode(&signature.0),
            "userHandle": self.user_handle,
        }))
    }

    fn said(&self, what: &str, question: &Value) -> String {
        let challenge = question["challenge"].as_str().unwrap();
        let origin = &self.origin;
        format!(
            r#"{{"type":"{what}","challenge":"{challenge}","origin":"{origin}","crossOrigin":false}}"#
        )
    }

    fn data(&self, site: &str, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(site.as_bytes()).to_vec();
        data.push(PRESENT_AND_VERIFIED | flags);
        data.extend(self.uses.to_be_bytes());
        data
    }

    fn answer(&self, response: &Value) -> Value {
        json!({
            "id": encode(&self.id()),
            "rawId": encode(&self.id()),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": response,
        })
    }
}

fn encode(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}
