//! Secrets and names that are made here: sessions, links, tokens, codes.
//!
//! Of every secret the store keeps a hash; a secret is looked up by its hash, so how long that takes says nothing
//! about how much of a guess was right.

use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use rand_chacha::rand_core::Rng as _;
use woolgather_protocol::Blake3;

use super::writer::Tx;

/// Random bytes of a secret.
const SECRET_BYTES: usize = 20;
/// Random bytes of a name, as in the protocol's ids.
const NAME_BYTES: usize = 10;

/// A fresh secret, as 32 small letters and digits, and its hash.
pub(super) fn new_secret(tx: &mut Tx<'_>) -> (String, String) {
    let mut random = [0; SECRET_BYTES];
    tx.rng.fill_bytes(&mut random);
    let secret = BASE32_NOPAD.encode(&random).to_ascii_lowercase();
    let hash = hash(&secret);
    (secret, hash)
}

/// A fresh name for a row, as 16 small letters and digits, like every other name.
pub(super) fn new_name(tx: &mut Tx<'_>) -> String {
    let random: [u8; NAME_BYTES] = tx.random();
    BASE32_NOPAD.encode(&random).to_ascii_lowercase()
}

/// What is kept of a secret.
pub(super) fn hash(secret: &str) -> String {
    Blake3::of(secret.as_bytes()).to_string()
}

/// A duration as the store counts time, in milliseconds.
pub(super) fn lasts_ms(lasts: Duration) -> i64 {
    i64::try_from(lasts.as_millis()).unwrap_or(i64::MAX)
}
