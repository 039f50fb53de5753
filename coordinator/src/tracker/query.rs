//! The query string of a tracker request: percent-encoded bytes that need not be text.

/// The longest query that is looked at, in bytes; an announce has about 400.
pub const QUERY_BYTES_MAX: usize = 4096;

/// The decoded `name=value` pairs of a query, in order. A parameter without `=` has an empty value.
pub fn pairs(query: &str) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
}

/// Undoes percent-encoding. A `%` that two hexadecimal digits do not follow stands for itself, and
/// `+` stays `+`: clients encode bytes, not forms.
fn decode(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        if first == b'%'
            && let [high, low, after @ ..] = tail
            && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
        {
            bytes.push(high * 16 + low);
            rest = after;
        } else {
            bytes.push(first);
            rest = tail;
        }
    }
    bytes
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte)
        .to_digit(16)
        .and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[u8]) {
        assert_eq!(decode(text), expected, "{text}");
    }

    #[test]
    fn percent_encoding_is_undone_and_nothing_else() {
        check("abc", b"abc");
        check("%00%ff%Ff%20", b"\x00\xff\xff ");
        check("a+b", b"a+b");
        check("%", b"%");
        check("%4", b"%4");
        check("%zz%41", b"%zzA");
        check("é", "é".as_bytes());
    }

    #[test]
    fn pairs_may_be_empty_or_lack_a_value() {
        let pairs: Vec<_> = pairs("&a=1&&b&c==").collect();
        let pair = |name: &str, value: &str| (name.into(), value.into());
        assert_eq!(pairs, [pair("a", "1"), pair("b", ""), pair("c", "=")]);
    }
}
