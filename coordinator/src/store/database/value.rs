//! Values: what goes into a statement and what comes out of a row.

/// A value of one of the four types the schema uses, or none.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) enum Value {
    /// No value.
    Null,
    /// `BIGINT`.
    Integer(i64),
    /// `DOUBLE PRECISION`.
    Double(f64),
    /// `TEXT`.
    Text(String),
    /// `BLOB`, `BYTEA`.
    Bytes(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Double(value)
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Self {
        Self::Text(value.clone())
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Self {
        Self::Bytes(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_vec())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// What a column can be read as.
pub(in crate::store) trait FromValue<'row>: Sized {
    /// The value, if it is one of these.
    fn from_value(value: &'row Value) -> Option<Self>;
}

impl FromValue<'_> for i64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(value) => Some(*value),
            _ => None,
        }
    }
}

impl FromValue<'_> for f64 {
    fn from_value(value: &Value) -> Option<Self> {
        match value {
            Value::Double(value) => Some(*value),
            // SQLite keeps a whole double in a sum or a literal as an integer.
            Value::Integer(value) => Some(*value as f64),
            _ => None,
        }
    }
}

impl<'row> FromValue<'row> for &'row str {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Text(value) => Some(value),
            _ => None,
        }
    }
}

impl FromValue<'_> for String {
    fn from_value(value: &Value) -> Option<Self> {
        <&str>::from_value(value).map(str::to_owned)
    }
}

impl<'row> FromValue<'row> for &'row [u8] {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Bytes(value) => Some(value),
            _ => None,
        }
    }
}

impl<'row, T: FromValue<'row>> FromValue<'row> for Option<T> {
    fn from_value(value: &'row Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}
