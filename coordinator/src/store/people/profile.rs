//! What a person gave: figures, sheep, and every unit with its state.

use woolgather_coordinator_core::PersonId;
use woolgather_protocol::people::{PersonLine, PersonSheep, PersonUnit, UnitFate};

use super::super::database::{Database, Row, query};
use super::super::rows::{number, parsed};
use super::super::{Page, PageRequest, Store, StoreError};
use super::boards::{WEEK_MS, line};

/// The most sheep on a page.
const SHEEP_MAX: i64 = 50;

/// What a person gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    /// Name, tags, credit.
    pub line: PersonLine,
    /// Frames of accepted units.
    pub frames: u64,
    /// Bytes of the segments in them.
    pub bytes: u64,
    /// Sheep of the person's entries, newest first; at most 50.
    pub sheep: Vec<PersonSheep>,
}

impl Store {
    /// What a person gave, as of one moment.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`] with `not-found`.
    pub async fn figures(&self, person: PersonId) -> Result<Figures, StoreError> {
        let now_ms = self.now_ms();
        self.read(move |conn| figures(conn, person, now_ms)).await
    }

    /// The units that a person's devices handed in, newest first; the cursor counts down.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn units_of(
        &self,
        person: PersonId,
        page: PageRequest,
    ) -> Result<Page<PersonUnit>, StoreError> {
        let wanted = query(
            "SELECT submission.number, work_unit.id, clip.title, work_unit.segment,
                    work_unit.frame_count, submission.state, submission.received_ms,
                    CASE WHEN submission.state = 'accepted' THEN credit.credit END AS earned,
                    CASE WHEN submission.state = 'accepted' THEN credit.escrow END AS escrow
             FROM person_key JOIN submission ON submission.device = person_key.voter
                  JOIN work_unit ON work_unit.id = submission.work_unit
                  JOIN clip ON clip.id = work_unit.clip
                  LEFT JOIN credit ON credit.work_unit = work_unit.id AND credit.voided = 0
                       AND credit.device = submission.device
             WHERE person_key.person = $1 AND submission.number < $2
             ORDER BY submission.number DESC LIMIT $3",
        )
        .bind(person.to_string())
        .bind(page.after.unwrap_or(i64::MAX))
        .bind(page.fetch());
        let rows = self.rows(wanted).await?;
        let units: Result<Vec<_>, _> = rows.iter().map(numbered_unit).collect();
        let Page { rows, next } = Page::of(units?, &page, |(number, _)| *number);
        Ok(Page {
            rows: rows.into_iter().map(|(_, unit)| unit).collect(),
            next,
        })
    }
}

fn figures(conn: &mut dyn Database, person: PersonId, now_ms: i64) -> Result<Figures, StoreError> {
    let row = query(
        "SELECT CAST(COALESCE(SUM(work_unit.frame_count), 0) AS BIGINT) AS frames,
                CAST(COALESCE(SUM(submission.segment_bytes), 0) AS BIGINT) AS bytes,
                CAST(COALESCE(SUM(CASE WHEN credit.earned_ms > $2 THEN credit.credit ELSE 0 END), 0)
                     AS BIGINT) AS week
         FROM person_key JOIN credit ON credit.device = person_key.voter AND credit.voided = 0
              JOIN work_unit ON work_unit.id = credit.work_unit
              JOIN submission ON submission.number = work_unit.submission
         WHERE person_key.person = $1",
    )
    .bind(person.to_string())
    .bind(now_ms - WEEK_MS)
    .fetch_one(&mut *conn)?;
    let sheep = query(
        "SELECT sheep.id, sheep.title, sheep.votes
         FROM person_key JOIN entry ON entry.uploader = person_key.voter
              JOIN sheep ON sheep.id = entry.sheep
         WHERE person_key.person = $1 ORDER BY sheep.number DESC LIMIT $2",
    )
    .bind(person.to_string())
    .bind(SHEEP_MAX)
    .fetch_all(&mut *conn)?;
    let sheep = sheep.iter().map(|row| {
        Ok(PersonSheep {
            id: parsed(row, "id")?,
            title: row.try_get("title")?,
            votes: number(row, "votes")?,
        })
    });
    Ok(Figures {
        frames: number(&row, "frames")?,
        bytes: number(&row, "bytes")?,
        sheep: sheep.collect::<Result<_, StoreError>>()?,
        line: line(conn, person, number(&row, "week")?)?,
    })
}

fn numbered_unit(row: &Row) -> Result<(i64, PersonUnit), StoreError> {
    let unit = PersonUnit {
        id: parsed(row, "id")?,
        title: row.try_get("title")?,
        segment: number(row, "segment")?,
        frames: number(row, "frame_count")?,
        state: match row.try_get("state")? {
            "accepted" => UnitFate::Accepted,
            "refused" => UnitFate::Refused,
            "quarantined" => UnitFate::TakenBack,
            _ => UnitFate::BeingChecked,
        },
        credit: row
            .try_get::<Option<i64>>("earned")?
            .map_or(0, i64::unsigned_abs),
        escrow: row.try_get::<Option<i64>>("escrow")? == Some(1),
        handed_in_ms: row.try_get("received_ms")?,
    };
    Ok((row.try_get("number")?, unit))
}
