//! Who may use the operator's console: links that are good once, and the sessions they open.
//!
//! Links and sessions are random words that only their holder has; the store keeps their hashes.

use std::time::Duration;

use super::database::query;
use super::secrets::{hash, lasts_ms, new_secret};
use super::writer::Tx;
use super::{Store, StoreError};

/// How long a link is good for.
pub const LINK_LASTS: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a session is, from its beginning.
pub const SESSION_LASTS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

impl Store {
    /// A word that opens one session within [`LINK_LASTS`].
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn new_admin_link(&self) -> Result<String, StoreError> {
        self.write(|tx| {
            query("DELETE FROM admin_pass WHERE expires_ms < $1 AND purpose = 'session'")
                .bind(tx.now_ms)
                .execute(&mut *tx.conn)?;
            new_pass(tx, "link", LINK_LASTS)
        })
        .await
    }

    /// Whether there has ever been a link.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn has_had_admin_link(&self) -> Result<bool, StoreError> {
        let found = self.row(query("SELECT 1 FROM admin_pass LIMIT 1")).await?;
        Ok(found.is_some())
    }

    /// Opens a session with a link's word, which is of no use after that; `None` where it is no link,
    /// was used or is too old.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn open_admin_session(&self, link: &str) -> Result<Option<String>, StoreError> {
        let hash = hash(link);
        self.write(move |tx| {
            let opened = query(
                "UPDATE admin_pass SET purpose = 'used'
                 WHERE hash = $1 AND purpose = 'link' AND expires_ms >= $2",
            )
            .bind(hash)
            .bind(tx.now_ms)
            .execute(&mut *tx.conn)?;
            if opened == 0 {
                return Ok(None);
            }
            new_pass(tx, "session", SESSION_LASTS).map(Some)
        })
        .await
    }

    /// Whether this word is that of a session.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn is_admin_session(&self, session: &str) -> Result<bool, StoreError> {
        let wanted = query(
            "SELECT 1 FROM admin_pass
             WHERE hash = $1 AND purpose = 'session' AND expires_ms >= $2",
        )
        .bind(hash(session))
        .bind(self.now_ms());
        Ok(self.row(wanted).await?.is_some())
    }

    /// Ends every session: whoever uses the console needs a new link.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn end_admin_sessions(&self) -> Result<(), StoreError> {
        self.write(|tx| {
            query("DELETE FROM admin_pass WHERE purpose = 'session'").execute(&mut *tx.conn)?;
            Ok(())
        })
        .await
    }
}

fn new_pass(tx: &mut Tx<'_>, purpose: &str, lasts: Duration) -> Result<String, StoreError> {
    let (word, hash) = new_secret(tx);
    query("INSERT INTO admin_pass (hash, purpose, made_ms, expires_ms) VALUES ($1, $2, $3, $4)")
        .bind(hash)
        .bind(purpose)
        .bind(tx.now_ms)
        .bind(tx.now_ms.saturating_add(lasts_ms(lasts)))
        .execute(&mut *tx.conn)?;
    Ok(word)
}
