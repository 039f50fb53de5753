//! Reading columns: every value that comes out of the database is checked on its way.

use std::fmt::Display;
use std::str::FromStr;

use serde::{Serialize, de::DeserializeOwned};

use super::StoreError;
use super::database::Row;

/// A text column as an id, a key or a fingerprint.
pub(super) fn parsed<T>(row: &Row, column: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    parse(&row.try_get::<String>(column)?)
}

/// The same for a column that may be empty.
pub(super) fn maybe_parsed<T>(row: &Row, column: &str) -> Result<Option<T>, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    let text = row.try_get::<Option<String>>(column)?;
    text.map(|text| parse(&text)).transpose()
}

/// An integer column as an unsigned or narrower number.
pub(super) fn number<T: TryFrom<i64>>(row: &Row, column: &str) -> Result<T, StoreError> {
    let value = row.try_get::<i64>(column)?;
    T::try_from(value).map_err(|_| StoreError::Corrupt(format!("{column} = {value}")))
}

/// A text column with a state or a kind, by its serde name.
pub(super) fn named<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    let text = row.try_get::<String>(column)?;
    serde_json::from_value(text.into()).map_err(corrupt)
}

/// A text column with JSON.
pub(super) fn json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    let text = row.try_get::<String>(column)?;
    serde_json::from_str(&text).map_err(corrupt)
}

/// The serde name of a state or a kind, as it is stored.
pub(super) fn name_of<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        other => unreachable!("states and kinds are written as names, not as {other:?}"),
    }
}

/// JSON to store.
pub(super) fn to_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("rows are plain structs")
}

/// A size or count as the database holds it.
pub(super) fn stored(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

pub(super) fn corrupt(error: impl Display) -> StoreError {
    StoreError::Corrupt(error.to_string())
}

fn parse<T>(text: &str) -> Result<T, StoreError>
where
    T: FromStr,
    T::Err: Display,
{
    text.parse()
        .map_err(|error| StoreError::Corrupt(format!("`{text}`: {error}")))
}
