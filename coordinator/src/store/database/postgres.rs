//! PostgreSQL, for flocks that several coordinators serve.

use std::collections::HashMap;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use postgres::{Client, Config, Statement};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{Database, DatabaseError, Memo, Row, Value};

/// The name under which coordinators take turns at changing the flock.
///
/// One that stands still in the middle of its turn (a machine that was suspended, say) loses it: the
/// server ends its session.
const TURN: &str = "BEGIN; SET LOCAL idle_in_transaction_session_timeout = '10s';
    SELECT pg_advisory_xact_lock(8023194507732)";

/// A receipt means durable, whatever the server's own default is; and a client that vanished without
/// a word is missed soon, for it may hold locks.
const SESSION: &str = "SET synchronous_commit = on;
    SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3";
/// The same from the other end: how soon a server that vanished is missed.
const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
const ANSWER_TIME_MAX: Duration = Duration::from_secs(15);
const CONNECT_TIME_MAX: Duration = Duration::from_secs(10);

/// A connection to the server.
pub(in crate::store) struct Postgres {
    client: Client,
    statements: HashMap<String, Statement>,
    memo: Memo,
}

impl Postgres {
    /// Connects. `sslmode` in the address says whether the connection must be encrypted; the
    /// server's certificate is checked against those this machine trusts.
    ///
    /// # Errors
    ///
    /// What the server or its client says.
    pub(in crate::store) fn connect(config: &Config) -> Result<Self, DatabaseError> {
        Ok(Self {
            client: connect(config)?,
            statements: HashMap::new(),
            memo: Memo::default(),
        })
    }

    fn prepared(&mut self, sql: &str) -> Result<Statement, DatabaseError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// A client of its own, for somebody who holds locks or listens.
///
/// # Errors
///
/// As [`Postgres::connect`].
pub(in crate::store) fn connect(config: &Config) -> Result<Client, DatabaseError> {
    let (tls, unreadable) = MakeRustlsConnect::with_native_certs()
        .map_err(|errors| DatabaseError::Tls(format!("{errors:?}")))?;
    for error in unreadable {
        tracing::warn!(%error, "A certificate of this machine is not understood: {error}");
    }
    let mut config = config.clone();
    config
        .keepalives_idle(KEEPALIVE_IDLE)
        .keepalives_interval(KEEPALIVE_INTERVAL)
        .tcp_user_timeout(ANSWER_TIME_MAX);
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIME_MAX);
    }
    let mut client = config.connect(tls)?;
    client.batch_execute(SESSION)?;
    Ok(client)
}

impl Database for Postgres {
    fn rows(&mut self, sql: &str, values: &[Value]) -> Result<Vec<Row>, DatabaseError> {
        let statement = self.prepared(sql)?;
        let names = statement.columns().iter();
        let columns: Arc<[String]> = names.map(|column| column.name().to_owned()).collect();
        let rows = self.client.query(&statement, &borrowed(values))?;
        rows.iter()
            .map(|row| {
                let values: Result<_, _> = (0..row.len()).map(|place| row.try_get(place)).collect();
                Ok(Row {
                    columns: Arc::clone(&columns),
                    values: values?,
                })
            })
            .collect()
    }

    fn run(&mut self, sql: &str, values: &[Value]) -> Result<u64, DatabaseError> {
        let statement = self.prepared(sql)?;
        Ok(self.client.execute(&statement, &borrowed(values))?)
    }

    fn script(&mut self, script: &str) -> Result<(), DatabaseError> {
        Ok(self
            .client
            .batch_execute(&script.replace("BLOB", "BYTEA"))?)
    }

    fn begin_alone(&mut self) -> Result<(), DatabaseError> {
        Ok(self.client.batch_execute(TURN)?)
    }

    fn begin_reading(&mut self) -> Result<(), DatabaseError> {
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
        Ok(self.client.batch_execute(begin)?)
    }

    fn is_broken(&self) -> bool {
        self.client.is_closed()
    }

    fn memo(&mut self) -> &mut Memo {
        &mut self.memo
    }
}

fn borrowed(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}

impl ToSql for Value {
    fn to_sql(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match self {
            Self::Null => Ok(IsNull::Yes),
            // The server takes a literal's type for a placeholder beside it.
            Self::Integer(value) => match *ty {
                Type::INT2 => i16::try_from(*value)?.to_sql(ty, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
                Type::FLOAT8 => (*value as f64).to_sql(ty, out),
                _ => value.to_sql(ty, out),
            },
            Self::Double(value) => value.to_sql(ty, out),
            Self::Text(value) => value.to_sql(ty, out),
            Self::Bytes(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(
            *ty,
            Type::INT2
                | Type::INT4
                | Type::INT8
                | Type::FLOAT8
                | Type::TEXT
                | Type::VARCHAR
                | Type::BYTEA
        )
    }

    postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(match *ty {
            Type::BOOL => Self::Integer(i64::from(bool::from_sql(ty, raw)?)),
            Type::INT2 => Self::Integer(i64::from(i16::from_sql(ty, raw)?)),
            Type::INT4 => Self::Integer(i64::from(i32::from_sql(ty, raw)?)),
            Type::INT8 => Self::Integer(i64::from_sql(ty, raw)?),
            Type::FLOAT8 => Self::Double(f64::from_sql(ty, raw)?),
            Type::BYTEA => Self::Bytes(Vec::from_sql(ty, raw)?),
            _ => Self::Text(String::from_sql(ty, raw)?),
        })
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self::Null)
    }

    fn accepts(ty: &Type) -> bool {
        <Self as ToSql>::accepts(ty) || *ty == Type::BOOL
    }
}
