//! Recovery codes: ten ways back in, each good once, shown once.

use data_encoding::BASE32_NOPAD;
use woolgather_coordinator_core::PersonId;

use super::super::database::query;
use super::super::rows::{number, parsed};
use super::super::secrets::hash;
use super::super::writer::Tx;
use super::super::{Store, StoreError};
use super::link_codes;
use super::sessions::{self, Browser, Opened};

/// How many recovery codes a person has at first.
pub const RECOVERY_CODES: usize = 10;
/// Characters of a recovery code: 80 random bits.
const CODE_CHARS: usize = 16;
/// Characters between two hyphens of it, for people.
const GROUP_CHARS: usize = 4;

impl Store {
    /// Makes [`RECOVERY_CODES`] new codes; those before are of no use any more.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn renew_recovery_codes(&self, person: PersonId) -> Result<Vec<String>, StoreError> {
        self.write(move |tx| renew(tx, person)).await
    }

    /// How many of a person's recovery codes are left.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn recovery_codes_left(&self, person: PersonId) -> Result<u64, StoreError> {
        let wanted = query("SELECT COUNT(*) AS left_over FROM recovery_code WHERE person = $1")
            .bind(person.to_string());
        self.row(wanted)
            .await?
            .map_or(Ok(0), |row| number(&row, "left_over"))
    }

    /// Signs a browser in with a code that somebody typed: one of their recovery codes, or a link code for a
    /// browser. Either is good once; `None` where it is neither.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn sign_in_with_code(
        &self,
        typed: &str,
        browser: Browser,
    ) -> Result<Option<Opened>, StoreError> {
        let recovery = read(typed).map(|code| hash(&code));
        let link = typed.parse().ok();
        self.write(move |tx| {
            let person = match (&recovery, &link) {
                (Some(code), _) => spend(tx, code)?,
                (None, Some(code)) => link_codes::spend_for_browser(tx, code)?,
                (None, None) => None,
            };
            person
                .map(|person| sessions::open(tx, person, &browser))
                .transpose()
        })
        .await
    }
}

fn renew(tx: &mut Tx<'_>, person: PersonId) -> Result<Vec<String>, StoreError> {
    query("DELETE FROM recovery_code WHERE person = $1")
        .bind(person.to_string())
        .execute(&mut *tx.conn)?;
    let mut codes = Vec::new();
    for _ in 0..RECOVERY_CODES {
        let random: [u8; 10] = tx.random();
        let code = BASE32_NOPAD.encode(&random).to_ascii_lowercase();
        query("INSERT INTO recovery_code (hash, person) VALUES ($1, $2)")
            .bind(hash(&code))
            .bind(person.to_string())
            .execute(&mut *tx.conn)?;
        codes.push(shown(&code));
    }
    Ok(codes)
}

fn spend(tx: &mut Tx<'_>, hash: &str) -> Result<Option<PersonId>, StoreError> {
    let row = query("DELETE FROM recovery_code WHERE hash = $1 RETURNING person")
        .bind(hash)
        .fetch_optional(&mut *tx.conn)?;
    row.map(|row| parsed(&row, "person")).transpose()
}

fn shown(code: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups: Vec<String> = letters
        .chunks(GROUP_CHARS)
        .map(|group| group.iter().collect())
        .collect();
    groups.join("-")
}

/// What somebody typed as a recovery code: capitals, spaces and hyphens do not matter.
fn read(typed: &str) -> Option<String> {
    let letters = typed.chars().take(4 * CODE_CHARS);
    let code: String = letters
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| c.to_ascii_lowercase())
        .collect();
    let legal = |c: char| c.is_ascii_alphanumeric();
    (code.len() == CODE_CHARS && code.chars().all(legal)).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code = "abcdefgh234567xy";
        assert_eq!(shown(code), "abcd-efgh-2345-67xy");
        for typed in [code, "ABCD-EFGH-2345-67XY", " abcd efgh 2345 67xy "] {
            assert_eq!(read(typed).as_deref(), Some(code), "{typed}");
        }
        for odd in ["", "abcd-efgh", "abcdefgh234567xyz", "abcd_efgh_2345_6"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
