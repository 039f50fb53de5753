//! Voters whose votes an operator took away, and gave back.
//!
//! What is said of a browser or a device is said of the person whose it is. Nobody is told: the voter goes on voting, and moves nothing. The votes stay where they are, so that they
//! count again when they are given back.

use super::database::query;
use super::jobs::enqueue;
use super::operators::log;
use super::people::canonical;
use super::writer::Tx;
use super::{Job, Store, StoreError, VoterId};

impl Store {
    /// Voids a voter's votes, those to come too, and adds the job `Refit`. Voiding again changes
    /// the reason.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` where nobody of this name has voted.
    pub async fn void_voter(&self, voter: &VoterId, reason: &str) -> Result<(), StoreError> {
        let (voter, reason) = (voter.clone(), reason.to_owned());
        self.write(move |tx| {
            let voter = canonical(tx.conn, &voter)?;
            set_voided(tx, &voter, Some(&reason))?;
            forget_effects(tx, &voter)?;
            log(tx, "void", voter.as_str(), &reason)
        })
        .await
    }

    /// Gives a voter the votes back, and adds the job `Refit`.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found` where nobody of this name has voted.
    pub async fn restore_voter(&self, voter: &VoterId, reason: &str) -> Result<(), StoreError> {
        let (voter, reason) = (voter.clone(), reason.to_owned());
        self.write(move |tx| {
            let voter = canonical(tx.conn, &voter)?;
            set_voided(tx, &voter, None)?;
            log(tx, "restore", voter.as_str(), &reason)
        })
        .await
    }
}

fn set_voided(tx: &mut Tx<'_>, voter: &VoterId, reason: Option<&str>) -> Result<(), StoreError> {
    let changed = query("UPDATE voter SET voided = $2 WHERE id = $1")
        .bind(voter.as_str())
        .bind(reason)
        .execute(&mut *tx.conn)?;
    if changed == 0 {
        return Err(StoreError::not_found("voter", voter));
    }
    enqueue(tx, &Job::Refit)
}

/// The refit takes back what these votes did. If a new vote on the same sheep did so once more, the
/// voter could push any sheep the other way.
pub(super) fn forget_effects(tx: &mut Tx<'_>, voter: &VoterId) -> Result<(), StoreError> {
    query(
        "UPDATE vote SET first_mean = 0.0, first_precision = 0.0, second_mean = 0.0,
                         second_precision = 0.0, leniency_mean = 0.0, leniency_precision = 0.0
         WHERE voter = $1",
    )
    .bind(voter.as_str())
    .execute(&mut *tx.conn)?;
    Ok(())
}
