//! Bencoding (BEP 3): integers, byte strings, lists and dictionaries.
//!
//! The writer appends to a `Vec<u8>`; the caller writes dictionary keys in ascending order. The
//! reader borrows from its input and takes the canonical form only: one way to write each integer,
//! dictionary keys strictly ascending. A file that two parsers could read differently is refused
//! here, before another parser sees it.

use super::TorrentError;

/// Deepest nesting that is read. A torrent file needs four levels.
const DEPTH_MAX: usize = 8;

/// Most digits of a length or an integer: 2^63 has 19.
const DIGITS_MAX: usize = 19;

/// A value, borrowed from the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// `i42e`
    Integer(i64),
    /// `4:spam`
    Bytes(&'a [u8]),
    /// `l...e`
    List(Vec<Value<'a>>),
    /// `d...e`
    Dictionary(Dictionary<'a>),
}

/// A dictionary with the bytes that it was written as, `d` and `e` included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dictionary<'a> {
    /// Keys and values in ascending order of keys.
    entries: Vec<(&'a [u8], Value<'a>)>,
    /// As written.
    pub(super) raw: &'a [u8],
}

impl<'a> Dictionary<'a> {
    pub(super) fn get(&self, key: &str) -> Option<&Value<'a>> {
        let at = self
            .entries
            .binary_search_by(|(k, _)| (*k).cmp(key.as_bytes()))
            .ok()?;
        self.entries.get(at).map(|(_, value)| value)
    }
}

impl<'a> Value<'a> {
    pub(super) fn as_bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub(super) fn as_text(&self) -> Option<&'a str> {
        self.as_bytes()
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    pub(super) fn as_length(&self) -> Option<u64> {
        match self {
            Self::Integer(number) => u64::try_from(*number).ok(),
            _ => None,
        }
    }

    pub(super) fn as_list(&self) -> Option<&[Self]> {
        match self {
            Self::List(values) => Some(values),
            _ => None,
        }
    }

    pub(super) fn as_dictionary(&self) -> Option<&Dictionary<'a>> {
        match self {
            Self::Dictionary(dictionary) => Some(dictionary),
            _ => None,
        }
    }
}

/// Reads exactly one value that fills `bytes`.
pub(super) fn read(bytes: &[u8]) -> Result<Value<'_>, TorrentError> {
    let mut reader = Reader { bytes, at: 0 };
    let value = reader.value(0)?;
    if reader.at == bytes.len() {
        Ok(value)
    } else {
        Err(reader.malformed("bytes after the end"))
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn malformed(&self, reason: &'static str) -> TorrentError {
        TorrentError::Malformed {
            reason,
            offset: self.at,
        }
    }

    fn peek(&self) -> Result<u8, TorrentError> {
        self.bytes
            .get(self.at)
            .copied()
            .ok_or_else(|| self.malformed("an early end"))
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, TorrentError> {
        if depth > DEPTH_MAX {
            return Err(self.malformed("nesting that is too deep"));
        }
        match self.peek()? {
            b'i' => self.integer().map(Value::Integer),
            b'0'..=b'9' => self.byte_string().map(Value::Bytes),
            b'l' => self.list(depth).map(Value::List),
            b'd' => self.dictionary(depth).map(Value::Dictionary),
            _ => Err(self.malformed("an unknown kind of value")),
        }
    }

    /// Reads decimal digits up to and including `end`.
    fn digits(&mut self, end: u8) -> Result<i64, TorrentError> {
        let start = self.at;
        while self.peek()?.is_ascii_digit() {
            self.at += 1;
            if self.at - start > DIGITS_MAX {
                return Err(self.malformed("a number that is too long"));
            }
        }
        let digits = &self.bytes[start..self.at];
        if digits.is_empty() || (digits.len() > 1 && digits[0] == b'0') || self.peek()? != end {
            return Err(self.malformed("a number that is not written as it should be"));
        }
        self.at += 1;
        std::str::from_utf8(digits)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or_else(|| self.malformed("a number that is too large"))
    }

    fn integer(&mut self) -> Result<i64, TorrentError> {
        self.at += 1;
        if self.peek()? != b'-' {
            return self.digits(b'e');
        }
        self.at += 1;
        match self.digits(b'e')? {
            0 => Err(self.malformed("a negative zero")),
            number => Ok(-number),
        }
    }

    fn byte_string(&mut self) -> Result<&'a [u8], TorrentError> {
        let length = usize::try_from(self.digits(b':')?)
            .map_err(|_| self.malformed("a string that is too long"))?;
        let string = self
            .at
            .checked_add(length)
            .and_then(|end| self.bytes.get(self.at..end))
            .ok_or_else(|| self.malformed("a string longer than the file"))?;
        self.at += length;
        Ok(string)
    }

    fn list(&mut self, depth: usize) -> Result<Vec<Value<'a>>, TorrentError> {
        self.at += 1;
        let mut values = Vec::new();
        while self.peek()? != b'e' {
            values.push(self.value(depth + 1)?);
        }
        self.at += 1;
        Ok(values)
    }

    fn dictionary(&mut self, depth: usize) -> Result<Dictionary<'a>, TorrentError> {
        let start = self.at;
        self.at += 1;
        let mut entries: Vec<(&[u8], Value<'_>)> = Vec::new();
        while self.peek()? != b'e' {
            let key = self.byte_string()?;
            if entries.last().is_some_and(|(previous, _)| *previous >= key) {
                return Err(self.malformed("dictionary keys out of order"));
            }
            entries.push((key, self.value(depth + 1)?));
        }
        self.at += 1;
        Ok(Dictionary {
            entries,
            raw: &self.bytes[start..self.at],
        })
    }
}

/// Appends a byte string.
pub(super) fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(bytes.len().to_string().as_bytes());
    out.push(b':');
    out.extend_from_slice(bytes);
}

/// Appends a key and an integer.
pub(super) fn write_integer_entry(out: &mut Vec<u8>, key: &str, number: u64) {
    write_bytes(out, key.as_bytes());
    out.extend_from_slice(format!("i{number}e").as_bytes());
}

/// Appends a key and a byte string.
pub(super) fn write_bytes_entry(out: &mut Vec<u8>, key: &str, bytes: &[u8]) {
    write_bytes(out, key.as_bytes());
    write_bytes(out, bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(bytes: &[u8], expected: &str) {
        match read(bytes) {
            Err(TorrentError::Malformed { reason, .. }) => assert_eq!(reason, expected),
            other => panic!("{:?} gave {other:?}", String::from_utf8_lossy(bytes)),
        }
    }

    #[test]
    fn every_kind_of_value_is_read() {
        let value = read(b"d1:ai-7e1:bl2:xyi0ee1:cd0:0:ee").expect("canonical");
        let dictionary = value.as_dictionary().expect("a dictionary");
        assert_eq!(dictionary.get("a"), Some(&Value::Integer(-7)));
        assert_eq!(
            dictionary.get("b"),
            Some(&Value::List(vec![Value::Bytes(b"xy"), Value::Integer(0)]))
        );
        assert_eq!(
            dictionary
                .get("c")
                .and_then(Value::as_dictionary)
                .unwrap()
                .raw,
            b"d0:0:e"
        );
        assert_eq!(dictionary.get("d"), None);
    }

    #[test]
    fn anything_but_the_canonical_form_is_refused() {
        check_refused(b"", "an early end");
        check_refused(b"i1", "an early end");
        check_refused(b"i01e", "a number that is not written as it should be");
        check_refused(b"i-0e", "a negative zero");
        check_refused(b"ie", "a number that is not written as it should be");
        check_refused(b"i1x", "a number that is not written as it should be");
        check_refused(b"i99999999999999999999e", "a number that is too long");
        check_refused(b"i9999999999999999999e", "a number that is too large");
        check_refused(b"5:abc", "a string longer than the file");
        check_refused(b"9223372036854775807:a", "a string longer than the file");
        check_refused(b"i1ei2e", "bytes after the end");
        check_refused(b"d1:bi1e1:ai2ee", "dictionary keys out of order");
        check_refused(b"d1:ai1e1:ai2ee", "dictionary keys out of order");
        check_refused(b"di1ei2ee", "a number that is not written as it should be");
        check_refused(b"x", "an unknown kind of value");
    }

    #[test]
    fn nesting_has_a_floor() {
        let deep = |depth: usize| [vec![b'l'; depth], vec![b'e'; depth]].concat();
        assert!(read(&deep(DEPTH_MAX)).is_ok());
        check_refused(&deep(DEPTH_MAX + 2), "nesting that is too deep");
        check_refused(&vec![b'l'; 1 << 20], "nesting that is too deep");
    }
}
