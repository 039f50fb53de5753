//! SQLite: one file, written ahead and forced to disk with every commit.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, ToSql};
use woolgather_protocol::ProblemKind;

use super::{Database, DatabaseError, Memo, Row, Value};

/// How long one process waits for another's commit before it gives up.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Statements kept ready; the program has fewer.
const STATEMENTS: usize = 512;

/// Pages of 4 KiB that the log may have before it is carried over into the file. Each time costs
/// forced writes, and at the next start as much has to be read.
const WAL_PAGES: i64 = 4096;

/// Memory for pages of a connection, in KiB.
const CACHE_KIB: i64 = 16 * 1024;

/// The placeholders a statement may have.
const NAMES: [&str; 32] = [
    "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13", "$14", "$15",
    "$16", "$17", "$18", "$19", "$20", "$21", "$22", "$23", "$24", "$25", "$26", "$27", "$28",
    "$29", "$30", "$31", "$32",
];

/// A connection to the file.
pub(in crate::store) struct Sqlite {
    conn: Connection,
    memo: Memo,
    columns: HashMap<String, Arc<[String]>>,
}

impl Sqlite {
    /// Opens the file, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub(in crate::store) fn open(file: &Path) -> Result<Self, DatabaseError> {
        let conn = Connection::open(file)?;
        conn.busy_timeout(BUSY_TIMEOUT)?;
        // Otherwise a statement with `LIMIT $1` is compiled again for every number bound to it.
        conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        conn.set_prepared_statement_cache_capacity(STATEMENTS);
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "FULL")?;
        conn.pragma_update(None, "foreign_keys", true)?;
        conn.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
        conn.pragma_update(None, "cache_size", -CACHE_KIB)?;
        Ok(Self {
            conn,
            memo: Memo::default(),
            columns: HashMap::new(),
        })
    }

    /// Opens the file for somebody who only reads.
    ///
    /// # Errors
    ///
    /// What SQLite says.
    pub(in crate::store) fn open_reading(file: &Path) -> Result<Self, DatabaseError> {
        let opened = Self::open(file)?;
        opened.conn.pragma_update(None, "query_only", true)?;
        Ok(opened)
    }
}

/// What a client is told when SQLite could not write, or not read what it needs for that.
pub(super) fn storage_problem(error: &rusqlite::Error) -> Option<ProblemKind> {
    match error.sqlite_error_code()? {
        ErrorCode::DiskFull => Some(ProblemKind::StorageFull),
        ErrorCode::SystemIoFailure | ErrorCode::CannotOpen | ErrorCode::ReadOnly => {
            Some(ProblemKind::StorageAway)
        }
        _ => None,
    }
}

impl Database for Sqlite {
    fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        let columns = match self.columns.get(sql) {
            Some(known) => Arc::clone(known),
            None => {
                let names = statement.column_names();
                let columns: Arc<[String]> = names.map(str::to_owned).collect();
                self.columns.insert(sql.to_owned(), Arc::clone(&columns));
                columns
            }
        };
        let mut found = Vec::new();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next()? {
            let values: Result<_, _> = (0..columns.len())
                .map(|place| row.get_ref(place).map(value))
                .collect();
            found.push(Row {
                columns: Arc::clone(&columns),
                values: values?,
            });
        }
        Ok(found)
    }

    fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        let mut statement = self.conn.prepare_cached(sql)?;
        bind(&mut statement, values)?;
        Ok(statement.raw_execute()? as u64)
    }

    fn script(&mut self, script: &str) -> Result<(), DatabaseError> {
        Ok(self.conn.execute_batch(script)?)
    }

    fn begin_alone(&mut self) -> Result<(), DatabaseError> {
        self.run("BEGIN IMMEDIATE", &[]).map(drop)
    }

    fn begin_reading(&mut self) -> Result<(), DatabaseError> {
        self.run("BEGIN", &[]).map(drop)
    }

    fn is_broken(&self) -> bool {
        false
    }

    fn memo(&mut self) -> &mut Memo {
        &mut self.memo
    }
}

/// Binds by name: to SQLite `$2` is a name, and the first one it meets has place 1.
fn bind(statement: &mut CachedStatement<'_>, values: &[Value]) -> Result<(), DatabaseError> {
    for (name, value) in NAMES.iter().zip(values) {
        statement.raw_bind_parameter(*name, value)?;
    }
    if values.len() > NAMES.len() {
        let most = NAMES.len();
        return Err(DatabaseError::Shape(format!(
            "more than {most} values for one statement"
        )));
    }
    Ok(())
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Integer(value) => ValueRef::Integer(*value),
            Self::Double(value) => ValueRef::Real(*value),
            Self::Text(value) => ValueRef::Text(value.as_bytes()),
            Self::Bytes(value) => ValueRef::Blob(value),
        }))
    }
}

fn value(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Double(value),
        ValueRef::Text(value) => Value::Text(String::from_utf8_lossy(value).into_owned()),
        ValueRef::Blob(value) => Value::Bytes(value.to_vec()),
    }
}
