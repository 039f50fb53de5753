//! Boards: who gave most, this week and ever, and whose sheep are voted on most.
//!
//! Only people who want to be found are named. A week's credit is read from the index by time, all else from
//! the rows of people who are listed.

use std::collections::HashMap;

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::SheepId;
use woolgather_protocol::people::{Handle, People, PersonLine};

use super::super::database::{Database, query};
use super::super::rows::{maybe_parsed, number, parsed};
use super::super::{Store, StoreError};
use super::tags_of;

/// Lines of a board.
const LINES_MAX: i64 = 100;
/// What "this week" is.
pub(super) const WEEK_MS: i64 = 7 * 24 * 60 * 60 * 1000;

/// The boards, 100 lines of each at most.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Boards {
    /// By credit, ever.
    pub people: People,
    /// By credit of the last seven days.
    pub this_week: Vec<PersonLine>,
    /// By standing votes on their sheep.
    pub artists: Vec<PersonLine>,
    /// Accounts of people who do not want to be found.
    pub unlisted: u64,
}

impl Store {
    /// The boards, as of one moment.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn boards(&self) -> Result<Boards, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| boards(conn, now_ms)).await
    }

    /// The handle of the person who offered this sheep's genome, if they want to be found.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn listed_person_of_sheep(
        &self,
        sheep: &SheepId,
    ) -> Result<Option<Handle>, StoreError> {
        let wanted = query(
            "SELECT person.handle
             FROM entry JOIN person_key ON person_key.voter = entry.uploader
                  JOIN person ON person.id = person_key.person
             WHERE entry.sheep = $1 AND person.listed = 1 LIMIT 1",
        )
        .bind(sheep.as_str());
        let row = self.row(wanted).await?;
        row.map(|row| parsed(&row, "handle")).transpose()
    }
}

fn boards(conn: &mut dyn Database, now_ms: i64) -> Result<Boards, StoreError> {
    let week = week(conn, now_ms)?;
    let ever = ids(
        conn,
        "SELECT person.id FROM person JOIN person_key ON person_key.person = person.id
              JOIN device ON device.key = person_key.voter
         WHERE person.listed = 1
         GROUP BY person.id, person.handle HAVING SUM(device.credit) > 0
         ORDER BY SUM(device.credit) DESC, person.handle LIMIT $1",
    )?;
    let artists = ids(
        conn,
        "SELECT person.id FROM person JOIN person_key ON person_key.person = person.id
              JOIN entry ON entry.uploader = person_key.voter JOIN sheep ON sheep.id = entry.sheep
         WHERE person.listed = 1
         GROUP BY person.id, person.handle ORDER BY SUM(sheep.votes) DESC, person.handle LIMIT $1",
    )?;
    let mut lately: Vec<(PersonId, u64)> = week.iter().map(|(id, sum)| (*id, *sum)).collect();
    lately.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    lately.truncate(LINES_MAX as usize);
    let mut lines = |ids: Vec<PersonId>| -> Result<Vec<PersonLine>, StoreError> {
        ids.into_iter()
            .map(|id| line(conn, id, week.get(&id).copied().unwrap_or(0)))
            .collect()
    };
    let people = lines(ever)?;
    let this_week = lines(lately.into_iter().map(|(id, _)| id).collect())?;
    let artists = lines(artists)?;
    let row = query(
        "SELECT (SELECT COUNT(*) FROM device WHERE credit > 0 AND NOT EXISTS (
                     SELECT 1 FROM person_key JOIN person ON person.id = person_key.person
                     WHERE person_key.voter = device.key AND person.listed = 1)) AS devices,
                (SELECT COUNT(*) FROM person WHERE listed = 0) AS unlisted",
    )
    .fetch_one(conn)?;
    Ok(Boards {
        people: People {
            people,
            other_devices: number(&row, "devices")?,
        },
        this_week,
        artists,
        unlisted: number(&row, "unlisted")?,
    })
}

fn ids(conn: &mut dyn Database, sql: &'static str) -> Result<Vec<PersonId>, StoreError> {
    let rows = query(sql).bind(LINES_MAX).fetch_all(conn)?;
    rows.iter().map(|row| parsed(row, "id")).collect()
}

/// What listed people earned in the last seven days.
fn week(conn: &mut dyn Database, now_ms: i64) -> Result<HashMap<PersonId, u64>, StoreError> {
    let rows = query(
        "SELECT person.id, CAST(SUM(credit.credit) AS BIGINT) AS earned
         FROM credit JOIN person_key ON person_key.voter = credit.device
              JOIN person ON person.id = person_key.person
         WHERE credit.earned_ms > $1 AND credit.voided = 0 AND person.listed = 1
         GROUP BY person.id",
    )
    .bind(now_ms - WEEK_MS)
    .fetch_all(conn)?;
    rows.iter()
        .map(|row| Ok((parsed(row, "id")?, number(row, "earned")?)))
        .collect()
}

/// A person in a list; what they earned this week is known.
pub(super) fn line(
    conn: &mut dyn Database,
    person: PersonId,
    credit_week: u64,
) -> Result<PersonLine, StoreError> {
    let row = query(
        "SELECT handle, name, team,
                (SELECT CAST(COALESCE(SUM(device.credit), 0) AS BIGINT)
                 FROM person_key JOIN device ON device.key = person_key.voter
                 WHERE person_key.person = person.id) AS credit,
                (SELECT COUNT(*) FROM person_key JOIN entry ON entry.uploader = person_key.voter
                 WHERE person_key.person = person.id AND entry.sheep IS NOT NULL) AS sheep,
                (SELECT CAST(COALESCE(SUM(sheep.votes), 0) AS BIGINT)
                 FROM person_key JOIN entry ON entry.uploader = person_key.voter
                      JOIN sheep ON sheep.id = entry.sheep
                 WHERE person_key.person = person.id) AS sheep_votes
         FROM person WHERE id = $1",
    )
    .bind(person.to_string())
    .fetch_optional(&mut *conn)?
    .ok_or_else(|| StoreError::not_found("person", person))?;
    Ok(PersonLine {
        handle: parsed(&row, "handle")?,
        name: row.try_get("name")?,
        team: maybe_parsed(&row, "team")?,
        tags: tags_of(conn, person)?,
        credit: number(&row, "credit")?,
        credit_week,
        sheep: number(&row, "sheep")?,
        sheep_votes: number(&row, "sheep_votes")?,
    })
}
