//! Teams: people who add their credit up. Anybody with an account makes one; the last to leave disbands it.

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::ProblemKind;
use woolgather_protocol::limits::clean_name;
use woolgather_protocol::people::{ABOUT_CHARS_MAX, Handle};

use super::super::database::{Database, Row, query};
use super::super::rows::{maybe_parsed, number, parsed};
use super::super::writer::Tx;
use super::super::{Store, StoreError};
use super::{RESERVED, clean_text};

/// The most teams in a list.
const TEAMS_MAX: i64 = 100;
/// The most members that a team's page names.
const MEMBERS_MAX: i64 = 100;

/// A team that is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTeam {
    /// Its name in addresses.
    pub handle: Handle,
    /// The name to show; the handle when nothing is left of it.
    pub name: String,
    /// What it says about itself; cut to [`ABOUT_CHARS_MAX`].
    pub about: String,
}

/// A team in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamLine {
    /// Its name in addresses.
    pub handle: Handle,
    /// The name to show.
    pub name: String,
    /// All members, listed or not.
    pub members: u64,
    /// Credit that stands of all members' devices, in thousands of reference samples.
    pub credit: u64,
}

/// A team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TeamRow {
    /// Name and sums.
    pub line: TeamLine,
    /// What it says about itself; may be empty.
    pub about: String,
    /// When it was made.
    pub made_ms: i64,
    /// Units accepted of all members' devices.
    pub accepted_units: u64,
    /// Members who want to be found: handle, name, credit; most credit first.
    pub named: Vec<(Handle, String, u64)>,
}

impl Store {
    /// Makes a team and has the person join it.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `handle-taken`.
    pub async fn make_team(&self, person: PersonId, team: NewTeam) -> Result<(), StoreError> {
        self.write(move |tx| make(tx, person, &team)).await
    }

    /// The person is in this team from now on, and in no other.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn join_team(&self, person: PersonId, team: &Handle) -> Result<(), StoreError> {
        let team = team.clone();
        self.write(move |tx| {
            query("SELECT 1 FROM team WHERE handle = $1")
                .bind(team.as_str())
                .fetch_optional(&mut *tx.conn)?
                .ok_or_else(|| StoreError::not_found("team", &team))?;
            enter(tx, person, Some(&team))
        })
        .await
    }

    /// The person is in no team.
    ///
    /// # Errors
    ///
    /// As every write: [`StoreError::Database`].
    pub async fn leave_team(&self, person: PersonId) -> Result<(), StoreError> {
        self.write(move |tx| enter(tx, person, None)).await
    }

    /// Teams, most credit first; at most 100.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn teams(&self) -> Result<Vec<TeamLine>, StoreError> {
        self.read(teams).await
    }

    /// A team.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn team(&self, team: &Handle) -> Result<TeamRow, StoreError> {
        let team = team.clone();
        self.read(move |conn| find(conn, &team)).await
    }
}

fn make(tx: &mut Tx<'_>, person: PersonId, team: &NewTeam) -> Result<(), StoreError> {
    let name = match clean_name(&team.name) {
        name if name.is_empty() => team.handle.as_str().to_owned(),
        name => name,
    };
    let made = query(
        "INSERT INTO team (handle, name, about, made_ms) VALUES ($1, $2, $3, $4)
         ON CONFLICT (handle) DO NOTHING",
    )
    .bind(team.handle.as_str())
    .bind(name)
    .bind(clean_text(&team.about, ABOUT_CHARS_MAX))
    .bind(tx.now_ms);
    if RESERVED.contains(&team.handle.as_str()) || made.execute(&mut *tx.conn)? == 0 {
        let detail = format!(
            "There is a team {} already. Choose another handle.",
            team.handle
        );
        return Err(StoreError::refused(ProblemKind::HandleTaken, detail));
    }
    enter(tx, person, Some(&team.handle))
}

fn enter(tx: &mut Tx<'_>, person: PersonId, team: Option<&Handle>) -> Result<(), StoreError> {
    let before = query("SELECT team FROM person WHERE id = $1")
        .bind(person.to_string())
        .fetch_optional(&mut *tx.conn)?
        .ok_or_else(|| StoreError::not_found("person", person))?;
    query("UPDATE person SET team = $2 WHERE id = $1")
        .bind(person.to_string())
        .bind(team.map(Handle::as_str))
        .execute(&mut *tx.conn)?;
    match maybe_parsed(&before, "team")? {
        Some(before) => disband_if_empty(tx, &before),
        None => Ok(()),
    }
}

/// Removes a team without members.
pub(super) fn disband_if_empty(tx: &mut Tx<'_>, team: &Handle) -> Result<(), StoreError> {
    query(
        "DELETE FROM team WHERE handle = $1
           AND NOT EXISTS (SELECT 1 FROM person WHERE person.team = team.handle)",
    )
    .bind(team.as_str())
    .execute(&mut *tx.conn)?;
    Ok(())
}

fn teams(conn: &mut dyn Database) -> Result<Vec<TeamLine>, StoreError> {
    let rows = query(
        "SELECT team.handle, team.name, COUNT(DISTINCT person.id) AS members,
                CAST(COALESCE(SUM(device.credit), 0) AS BIGINT) AS earned
         FROM team LEFT JOIN person ON person.team = team.handle
              LEFT JOIN person_key ON person_key.person = person.id
              LEFT JOIN device ON device.key = person_key.voter
         GROUP BY team.handle, team.name ORDER BY earned DESC, team.handle LIMIT $1",
    )
    .bind(TEAMS_MAX)
    .fetch_all(conn)?;
    rows.iter().map(team_line).collect()
}

fn team_line(row: &Row) -> Result<TeamLine, StoreError> {
    Ok(TeamLine {
        handle: parsed(row, "handle")?,
        name: row.try_get("name")?,
        members: number(row, "members")?,
        credit: number(row, "earned")?,
    })
}

fn find(conn: &mut dyn Database, team: &Handle) -> Result<TeamRow, StoreError> {
    let row = query(
        "SELECT team.handle, team.name, team.about, team.made_ms,
                COUNT(DISTINCT person.id) AS members,
                CAST(COALESCE(SUM(device.credit), 0) AS BIGINT) AS earned,
                CAST(COALESCE(SUM(device.accepted_units), 0) AS BIGINT) AS accepted
         FROM team LEFT JOIN person ON person.team = team.handle
              LEFT JOIN person_key ON person_key.person = person.id
              LEFT JOIN device ON device.key = person_key.voter
         WHERE team.handle = $1
         GROUP BY team.handle, team.name, team.about, team.made_ms",
    )
    .bind(team.as_str())
    .fetch_optional(&mut *conn)?
    .ok_or_else(|| StoreError::not_found("team", team))?;
    let named = query(
        "SELECT person.handle, person.name,
                CAST(COALESCE(SUM(device.credit), 0) AS BIGINT) AS earned
         FROM person LEFT JOIN person_key ON person_key.person = person.id
              LEFT JOIN device ON device.key = person_key.voter
         WHERE person.team = $1 AND person.listed = 1
         GROUP BY person.handle, person.name ORDER BY earned DESC, person.handle LIMIT $2",
    )
    .bind(team.as_str())
    .bind(MEMBERS_MAX)
    .fetch_all(conn)?;
    let named = named.iter().map(|row| {
        Ok((
            parsed(row, "handle")?,
            row.try_get("name")?,
            number(row, "earned")?,
        ))
    });
    Ok(TeamRow {
        line: team_line(&row)?,
        about: row.try_get("about")?,
        made_ms: row.try_get("made_ms")?,
        accepted_units: number(&row, "accepted")?,
        named: named.collect::<Result<_, StoreError>>()?,
    })
}
