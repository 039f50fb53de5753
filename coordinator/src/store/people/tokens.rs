//! Tokens: a person's programs without a device key. Each allows what its scopes say, until it is revoked.

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::people::Scope;

use super::super::database::{Database, Row, query};
use super::super::rows::{json, number, parsed, to_json};
use super::super::secrets::{hash, new_name, new_secret};
use super::super::writer::Tx;
use super::super::{Store, StoreError};

/// The most tokens of a person.
pub const TOKENS_MAX: u64 = 20;
/// Every token begins so, so that people and programs that look for leaked secrets know one.
const PREFIX: &str = "wgt_";
/// A token that was used this short a time ago is not written down again.
const USED_AGAIN_MS: i64 = 60 * 60 * 1000;

/// A token, as its person sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRow {
    /// Its name in the list.
    pub id: String,
    /// What it is for, as its person said.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// When it was made.
    pub made_ms: i64,
    /// When it was last used, to the hour.
    pub used_ms: Option<i64>,
}

/// Whose a token is, and what it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenOwner {
    /// The person.
    pub person: PersonId,
    /// What it allows.
    pub scopes: Vec<Scope>,
}

impl Store {
    /// Makes a token; the only moment at which anybody sees it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `malformed-request` without a scope, or when there are [`TOKENS_MAX`].
    pub async fn make_token(
        &self,
        person: PersonId,
        name: &str,
        scopes: Vec<Scope>,
    ) -> Result<String, StoreError> {
        let name = clean_name(name);
        self.write(move |tx| make(tx, person, &name, &scopes)).await
    }

    /// A person's tokens, newest first.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn tokens_of(&self, person: PersonId) -> Result<Vec<TokenRow>, StoreError> {
        self.read(move |conn| tokens(conn, person)).await
    }

    /// Revokes one of a person's tokens; returns whether there was such a one.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn revoke_token(&self, person: PersonId, id: &str) -> Result<bool, StoreError> {
        let id = id.to_owned();
        self.write(move |tx| {
            let revoked = query("DELETE FROM token WHERE person = $1 AND id = $2")
                .bind(person.to_string())
                .bind(id)
                .execute(&mut *tx.conn)?;
            Ok(revoked > 0)
        })
        .await
    }

    /// Whose token this is; `None` when it was never made, or revoked. It was used by this.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn token_owner(&self, token: &str) -> Result<Option<TokenOwner>, StoreError> {
        let hash = hash(token);
        let wanted = query("SELECT * FROM token WHERE hash = $1").bind(&hash);
        let Some(row) = self.row(wanted).await? else {
            return Ok(None);
        };
        let owner = TokenOwner {
            person: parsed(&row, "person")?,
            scopes: json(&row, "scopes")?,
        };
        let used_ms: Option<i64> = row.try_get("used_ms")?;
        if used_ms.is_none_or(|used_ms| self.now_ms() - used_ms >= USED_AGAIN_MS) {
            self.write(move |tx| {
                query("UPDATE token SET used_ms = $2 WHERE hash = $1")
                    .bind(hash)
                    .bind(tx.now_ms)
                    .execute(&mut *tx.conn)?;
                Ok(())
            })
            .await?;
        }
        Ok(Some(owner))
    }
}

fn make(
    tx: &mut Tx<'_>,
    person: PersonId,
    name: &str,
    scopes: &[Scope],
) -> Result<String, StoreError> {
    if scopes.is_empty() {
        let detail = "A token must be good for something: choose what it allows.";
        return Err(StoreError::refused(ProblemKind::MalformedRequest, detail));
    }
    let row = query("SELECT COUNT(*) AS tokens FROM token WHERE person = $1")
        .bind(person.to_string())
        .fetch_one(&mut *tx.conn)?;
    if number::<u64>(&row, "tokens")? >= TOKENS_MAX {
        let detail = format!("You have {TOKENS_MAX} tokens. Revoke one first.");
        return Err(StoreError::refused(ProblemKind::MalformedRequest, detail));
    }
    let (secret, _) = new_secret(tx);
    let token = format!("{PREFIX}{secret}");
    query(
        "INSERT INTO token (hash, id, person, name, scopes, made_ms)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(hash(&token))
    .bind(new_name(tx))
    .bind(person.to_string())
    .bind(if name.is_empty() { "a token" } else { name })
    .bind(to_json(&scopes))
    .bind(tx.now_ms)
    .execute(&mut *tx.conn)?;
    Ok(token)
}

pub(super) fn tokens(
    conn: &mut dyn Database,
    person: PersonId,
) -> Result<Vec<TokenRow>, StoreError> {
    let rows = query("SELECT * FROM token WHERE person = $1 ORDER BY made_ms DESC, id")
        .bind(person.to_string())
        .fetch_all(conn)?;
    rows.iter().map(token_row).collect()
}

fn token_row(row: &Row) -> Result<TokenRow, StoreError> {
    Ok(TokenRow {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        scopes: json(row, "scopes")?,
        made_ms: row.try_get("made_ms")?,
        used_ms: row.try_get("used_ms")?,
    })
}
