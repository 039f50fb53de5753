//! Rows: an answer's values under the names of its columns.

use std::sync::Arc;

use super::{DatabaseError, FromValue, Value};

/// One row of an answer. Rows of the same answer share the names of their columns.
#[derive(Debug, Clone)]
pub(in crate::store) struct Row {
    pub(super) columns: Arc<[String]>,
    pub(super) values: Vec<Value>,
}

impl Row {
    /// The values, in the order of the columns.
    pub(in crate::store) fn values(&self) -> &[Value] {
        &self.values
    }

    /// The value of a column.
    ///
    /// # Errors
    ///
    /// [`DatabaseError::Shape`] when there is no such column, or it holds something else.
    pub(in crate::store) fn try_get<'row, T: FromValue<'row>>(
        &'row self,
        column: &str,
    ) -> Result<T, DatabaseError> {
        let place = self.columns.iter().position(|name| name == column);
        let place =
            place.ok_or_else(|| DatabaseError::Shape(format!("no column named {column}")))?;
        let value = &self.values[place];
        T::from_value(value)
            .ok_or_else(|| DatabaseError::Shape(format!("column {column} holds {value:?}")))
    }
}
