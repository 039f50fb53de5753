//! Writing bencode (BEP 3). The tracker reads none: a client's wishes come as a query string.

use std::collections::BTreeMap;

/// A value; dictionaries sort themselves, as the format demands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `i42e`
    Integer(i64),
    /// `5:sheep`
    Bytes(Vec<u8>),
    /// `l…e`
    List(Vec<Value>),
    /// `d…e`
    Dictionary(BTreeMap<Vec<u8>, Value>),
}

impl Value {
    /// A dictionary of these entries.
    pub fn dictionary<const N: usize>(entries: [(&str, Self); N]) -> Self {
        let entries = entries.map(|(key, value)| (key.as_bytes().to_vec(), value));
        Self::Dictionary(entries.into())
    }

    /// A byte string.
    pub fn bytes(bytes: impl Into<Vec<u8>>) -> Self {
        Self::Bytes(bytes.into())
    }

    /// A count. What no `i64` can hold is written as the largest one.
    pub fn count(count: impl TryInto<i64>) -> Self {
        Self::Integer(count.try_into().unwrap_or(i64::MAX))
    }

    /// The value as it is sent.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Integer(number) => out.extend(format!("i{number}e").bytes()),
            Self::Bytes(bytes) => write_bytes(bytes, out),
            Self::List(values) => {
                out.push(b'l');
                values.iter().for_each(|value| value.write(out));
                out.push(b'e');
            }
            Self::Dictionary(entries) => {
                out.push(b'd');
                for (key, value) in entries {
                    write_bytes(key, out);
                    value.write(out);
                }
                out.push(b'e');
            }
        }
    }
}

fn write_bytes(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend(format!("{}:", bytes.len()).bytes());
    out.extend(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: &Value, expected: &str) {
        assert_eq!(String::from_utf8(value.to_bytes()).unwrap(), expected);
    }

    #[test]
    fn values_are_written_as_the_format_says() {
        check(&Value::Integer(-3), "i-3e");
        check(&Value::count(u64::MAX), "i9223372036854775807e");
        check(&Value::bytes("sheep"), "5:sheep");
        check(&Value::bytes(""), "0:");
        let list = Value::List(vec![Value::Integer(1), Value::bytes("a")]);
        check(&list, "li1e1:ae");
    }

    #[test]
    fn dictionaries_are_sorted_by_their_raw_keys() {
        let value = Value::dictionary([
            ("peers", Value::bytes("x")),
            ("interval", Value::Integer(1)),
            ("Z", Value::Integer(2)),
        ]);
        check(&value, "d1:Zi2e8:intervali1e5:peers1:xe");
    }
}
