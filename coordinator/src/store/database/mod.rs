//! A connection to a database: the one seam between the store and what it stands on.
//!
//! The statements are written once, in the SQL both databases understand: `$1` placeholders,
//! `ON CONFLICT`, `UPDATE … RETURNING`, standard joins. Values are text, 64-bit integers, doubles
//! and bytes. A connection is used by one thread at a time and waits for its answers; the store
//! gives it a thread of its own.

mod memo;
mod postgres;
mod row;
mod sqlite;
mod value;

pub(super) use self::postgres::{Postgres, connect};
pub(super) use memo::Memo;
pub(super) use row::Row;
pub(super) use sqlite::Sqlite;
pub(super) use value::{FromValue, Value};

use woolgather_protocol::ProblemKind;

/// Why a database did not answer.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    /// SQLite's own words.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// PostgreSQL's own words, or its client's.
    #[error("{}", whole(.0))]
    Postgres(#[from] ::postgres::Error),
    /// The certificates of this machine cannot be read, so no encrypted connection can be made.
    #[error("no encrypted connection: {0}")]
    Tls(String),
    /// The answer has another shape than the program expects.
    #[error("{0}")]
    Shape(String),
}

impl DatabaseError {
    /// What a client is told when the server could not be reached, or the file could not be written: it may be
    /// otherwise in a moment. `None` when that is not why.
    pub(super) fn storage_problem(&self) -> Option<ProblemKind> {
        match self {
            Self::Sqlite(error) => sqlite::storage_problem(error),
            Self::Postgres(error) if is_away(error) => Some(ProblemKind::StorageAway),
            Self::Postgres(_) | Self::Tls(_) | Self::Shape(_) => None,
        }
    }
}

/// Whether the server could not be reached, or is just ending or starting.
fn is_away(error: &::postgres::Error) -> bool {
    // Classes of PostgreSQL's own: the connection, and an operator (or a crash) behind it.
    let says_so = |code: &::postgres::error::SqlState| {
        code.code().starts_with("08") || code.code().starts_with("57P")
    };
    let cause = std::error::Error::source(error);
    error.is_closed()
        || error.code().is_some_and(says_so)
        || cause.is_some_and(|cause| cause.downcast_ref::<std::io::Error>().is_some())
}

/// The client prints its errors without what the server said; this adds it.
fn whole(error: &::postgres::Error) -> String {
    match error.as_db_error() {
        Some(server) => format!("{error}: {server}"),
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}

/// A connection, SQLite's or PostgreSQL's.
pub(super) trait Database: Send {
    /// Runs a statement and returns its rows.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError>;

    /// Runs a statement and returns how many rows it touched.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError>;

    /// Runs the statements of a script, one after the other.
    ///
    /// # Errors
    ///
    /// What the database says about the first that fails.
    fn script(&mut self, script: &str) -> Result<(), DatabaseError>;

    /// Begins a transaction that will change something. Nobody else's changes anything until it
    /// ends, in this process or another.
    ///
    /// # Errors
    ///
    /// What the database says, also when others kept it for too long.
    fn begin_alone(&mut self) -> Result<(), DatabaseError>;

    /// Begins a transaction that sees one moment and changes nothing.
    ///
    /// # Errors
    ///
    /// What the database says.
    fn begin_reading(&mut self) -> Result<(), DatabaseError>;

    /// Whether the connection is of no use any more and another one has to be made.
    fn is_broken(&self) -> bool;

    /// What need not be asked again.
    fn memo(&mut self) -> &mut Memo;
}

/// A statement with its values; see the crate's uses.
pub(super) struct Query {
    sql: &'static str,
    values: Vec<Value>,
}

/// A statement to bind values to, in the order of its placeholders.
pub(super) fn query(sql: &'static str) -> Query {
    Query {
        sql,
        values: Vec::new(),
    }
}

impl Query {
    /// The value of the next placeholder.
    #[must_use]
    pub(super) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// Runs it; how many rows it touched.
    pub(super) fn execute(self, database: &mut dyn Database) -> Result<u64, DatabaseError> {
        database.run(self.sql, &self.values)
    }

    /// Runs it; all its rows.
    pub(super) fn fetch_all(self, database: &mut dyn Database) -> Result<Vec<Row>, DatabaseError> {
        database.rows(self.sql, &self.values)
    }

    /// Runs it; its first row, if there is one.
    pub(super) fn fetch_optional(
        self,
        database: &mut dyn Database,
    ) -> Result<Option<Row>, DatabaseError> {
        Ok(self.fetch_all(database)?.into_iter().next())
    }

    /// Runs it; its first row, which must be there.
    pub(super) fn fetch_one(self, database: &mut dyn Database) -> Result<Row, DatabaseError> {
        let sql = self.sql;
        self.fetch_optional(database)?
            .ok_or_else(|| DatabaseError::Shape(format!("no row from: {sql}")))
    }
}
