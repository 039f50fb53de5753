//! The orders in which a gallery is walked, and the statements that walk them.

use super::super::StoreError;
use super::super::database::Row;
use super::Mark;

/// Which of the orders a request walks.
#[derive(Clone, Copy)]
pub(super) enum Order {
    Best,
    Doubt,
    Birth,
    Fame,
}

impl Order {
    /// A row's place in this order.
    pub(super) fn mark(self, row: &Row) -> Result<Mark, StoreError> {
        let number: i64 = row.try_get("number")?;
        let key = match self {
            Self::Best => row.try_get("rating_mean")?,
            Self::Doubt => row.try_get("rating_variance")?,
            Self::Fame => row.try_get("fame")?,
            Self::Birth => number as f64,
        };
        Ok(Mark { key, number })
    }

    /// How it is walked: from its highest row down, or up.
    pub(super) fn along(self, is_down: bool) -> Along {
        match (self, is_down) {
            (Self::Best, true) => BEST_DOWN,
            (Self::Best, false) => BEST_UP,
            (Self::Doubt, true) => DOUBT_DOWN,
            (Self::Doubt, false) => DOUBT_UP,
            (Self::Birth, true) => BIRTH_DOWN,
            (Self::Birth, false) => BIRTH_UP,
            (Self::Fame, true) => FAME_DOWN,
            (Self::Fame, false) => FAME_UP,
        }
    }
}

/// The statements of one way along one order.
pub(super) struct Along {
    /// Without a filter. Values: state, key, number, rows.
    pub(super) plain: &'static str,
    /// Filtered while walking. Values: state, key, number, how far, six ranges, rows.
    pub(super) walked: &'static str,
    /// Filtered by what the first range finds. Values: the same.
    pub(super) driven: &'static str,
}

macro_rules! with_clip {
    ($sheep:expr, $order:literal) => {
        concat!(
            "SELECT sheep.*, clip.id AS clip_id, clip.version AS clip_version FROM (",
            $sheep,
            ") AS sheep LEFT JOIN clip
             ON clip.from_sheep = sheep.id AND clip.to_sheep = sheep.id
                AND clip.state IN ('live', 'retired') AND clip.blob IS NOT NULL
             ORDER BY ",
            $order
        )
    };
}

// Counted, since PostgreSQL would make a join of each EXISTS and think about their order for longer than it reads.
macro_rules! has_terms {
    () => {
        has_terms!(@ "$5" "$6" "$7" "$8" "$9" "$10" "$11" "$12" "$13" "$14" "$15" "$16")
    };
    (@ $($from:literal $to:literal)*) => {
        concat!("TRUE", $(" AND (SELECT COUNT(*) FROM sheep_term WHERE sheep_term.sheep = sheep.number
            AND sheep_term.term >= ", $from, " AND sheep_term.term < ", $to, ") > 0"),*)
    };
}

// What the driver found is looked up by number. Said plainly, the room would tempt SQLite to walk the room's index
// once for every sheep found, so it is said of a value that no index has.
macro_rules! along {
    ($room:literal, $past:literal, $order:literal) => {
        along!($room, $past, $order, "sheep.state || '' = $1", $past)
    };
    ($room:literal, $past:literal, $order:literal, $found_room:literal, $found_past:literal) => {
        Along {
            plain: with_clip!(
                concat!(
                    "SELECT * FROM sheep WHERE ",
                    $room,
                    " AND ",
                    $past,
                    " ORDER BY ",
                    $order,
                    " LIMIT $4"
                ),
                $order
            ),
            walked: with_clip!(
                concat!(
                    "SELECT * FROM (SELECT * FROM sheep WHERE ",
                    $room,
                    " AND ",
                    $past,
                    " ORDER BY ",
                    $order,
                    " LIMIT $4) AS sheep WHERE ",
                    has_terms!(),
                    " ORDER BY ",
                    $order,
                    " LIMIT $17"
                ),
                $order
            ),
            driven: with_clip!(
                concat!(
                    "SELECT sheep.* FROM (SELECT DISTINCT sheep_term.sheep AS found FROM sheep_term
                     WHERE sheep_term.term >= $5 AND sheep_term.term < $6 LIMIT $4) AS driver
                     CROSS JOIN sheep WHERE sheep.number = driver.found AND ",
                    $found_room,
                    " AND ",
                    $found_past,
                    " AND ",
                    has_terms!(),
                    " ORDER BY ",
                    $order,
                    " LIMIT $17"
                ),
                $order
            ),
        }
    };
}

const BEST_DOWN: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_mean, sheep.number) < ($2, $3)",
    "sheep.rating_mean DESC, sheep.number DESC"
);
const BEST_UP: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_mean, sheep.number) > ($2, $3)",
    "sheep.rating_mean, sheep.number"
);
const DOUBT_DOWN: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_variance, sheep.number) < ($2, $3)",
    "sheep.rating_variance DESC, sheep.number DESC"
);
const DOUBT_UP: Along = along!(
    "sheep.state = $1",
    "(sheep.rating_variance, sheep.number) > ($2, $3)",
    "sheep.rating_variance, sheep.number"
);
// By number alone; the key is the number again.
const BIRTH_DOWN: Along = along!(
    "sheep.state = $1",
    "sheep.number < $3 AND CAST($2 AS DOUBLE PRECISION) IS NOT NULL",
    "sheep.number DESC"
);
const BIRTH_UP: Along = along!(
    "sheep.state = $1",
    "sheep.number > $3 AND CAST($2 AS DOUBLE PRECISION) IS NOT NULL",
    "sheep.number"
);
const FAME_DOWN: Along = along!(
    "sheep.fame > 0 AND sheep.state <> $1",
    "(sheep.fame, sheep.number) < ($2, $3)",
    "sheep.fame DESC, sheep.number DESC",
    "sheep.fame + 0.0 > 0 AND sheep.state <> $1",
    "(sheep.fame + 0.0, sheep.number) < ($2, $3)"
);
const FAME_UP: Along = along!(
    "sheep.fame > 0 AND sheep.state <> $1",
    "(sheep.fame, sheep.number) > ($2, $3)",
    "sheep.fame, sheep.number",
    "sheep.fame + 0.0 > 0 AND sheep.state <> $1",
    "(sheep.fame + 0.0, sheep.number) > ($2, $3)"
);

/// Every statement that reads a page, named by the index that it has to walk.
#[cfg(test)]
pub(in crate::store) fn statements() -> Vec<(String, &'static str)> {
    let ways = [
        ("sheep_best down", BEST_DOWN),
        ("sheep_best up", BEST_UP),
        ("sheep_doubt down", DOUBT_DOWN),
        ("sheep_doubt up", DOUBT_UP),
        ("sheep_state down", BIRTH_DOWN),
        ("sheep_state up", BIRTH_UP),
        ("sheep_fame down", FAME_DOWN),
        ("sheep_fame up", FAME_UP),
    ];
    ways.into_iter()
        .flat_map(|(name, along)| {
            [
                (format!("{name}, plain"), along.plain),
                (format!("{name}, walked"), along.walked),
                (format!("{name}, driven"), along.driven),
            ]
        })
        .collect()
}
