//! Machines in groups: by what draws in them, and by their people's tags. Small groups are not shown, since
//! their numbers would be about somebody.

use super::super::database::{Row, query};
use super::super::rows::number;
use super::super::{Store, StoreError};

/// The fewest of a group that is shown.
const GROUP_MIN: i64 = 20;
/// The most groups of a kind.
const GROUPS_MAX: i64 = 50;

/// A group that is large enough.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// The class of hardware, or the tag.
    pub name: String,
    /// Machines, or people.
    pub count: u64,
    /// Units accepted, all together.
    pub units: u64,
}

/// Machines in groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Machines {
    /// By the class of what they draw with, largest first; machines with accepted units only.
    pub by_class: Vec<Group>,
    /// Classes with fewer than 20 machines.
    pub small_classes: u64,
    /// By tag, people and the units of their machines.
    pub by_tag: Vec<Group>,
    /// Tags of fewer than 20 people.
    pub small_tags: u64,
    /// The fewest of a group that is shown.
    pub group_min: u64,
}

impl Store {
    /// Machines in groups.
    ///
    /// # Errors
    ///
    /// [`StoreError::Database`].
    pub async fn machines(&self) -> Result<Machines, StoreError> {
        let classes = query(
            "SELECT class.name AS name, COUNT(*) AS members,
                    CAST(SUM(record.accepted_units) AS BIGINT) AS units
             FROM record JOIN class ON class.number = record.class
             WHERE record.accepted_units > 0
             GROUP BY class.number, class.name ORDER BY members DESC, class.number",
        );
        let tags = query(
            "SELECT person_tag.tag AS name, COUNT(DISTINCT person_tag.person) AS members,
                    CAST(COALESCE(SUM(device.accepted_units), 0) AS BIGINT) AS units
             FROM person_tag LEFT JOIN person_key ON person_key.person = person_tag.person
                  LEFT JOIN device ON device.key = person_key.voter
             GROUP BY person_tag.tag ORDER BY members DESC, person_tag.tag",
        );
        let (by_class, small_classes) = large(&self.rows(classes).await?)?;
        let (by_tag, small_tags) = large(&self.rows(tags).await?)?;
        Ok(Machines {
            by_class,
            small_classes,
            by_tag,
            small_tags,
            group_min: GROUP_MIN.unsigned_abs(),
        })
    }
}

/// The groups that are large enough, and how many are not.
fn large(rows: &[Row]) -> Result<(Vec<Group>, u64), StoreError> {
    let mut groups = Vec::new();
    let mut small = 0;
    for row in rows {
        let count: i64 = row.try_get("members")?;
        if count < GROUP_MIN {
            small += 1;
        } else if (groups.len() as i64) < GROUPS_MAX {
            groups.push(Group {
                name: row.try_get::<&str>("name")?.trim().to_owned(),
                count: number(row, "members")?,
                units: number(row, "units")?,
            });
        }
    }
    Ok((groups, small))
}
