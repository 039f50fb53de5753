//! Programs of Windows with a console and without one: two bytes in the file say which it is.
//!
//! What is typed in a console has to be a program that has one, or the shell does not wait for it; a saver must not, or
//! a black window opens with it.
//!
//! # Source
//!
//! Microsoft, *PE Format*: "MS-DOS Stub", "Signature", "Optional Header Windows-Specific Fields".

/// Where the file says where its signature is.
const SIGNATURE_AT: usize = 0x3c;
const SIGNATURE: &[u8] = b"PE\0\0";
/// From the signature to the optional header: behind it comes a header of 20 bytes.
const OPTIONAL: usize = 4 + 20;
/// From the optional header to the subsystem, in programs of 32 bits and of 64.
const SUBSYSTEM: usize = 68;

const WITH_WINDOWS: u16 = 2;
const WITH_CONSOLE: u16 = 3;

/// These bytes are no program with or without a console.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it does not say whether it has a console")]
pub(super) struct NoProgram;

/// Makes a program one that has no console; one that has none stays as it is.
///
/// # Errors
///
/// [`NoProgram`]; then nothing was changed.
pub(super) fn take_away(program: &mut [u8]) -> Result<(), NoProgram> {
    let signature = program
        .get(SIGNATURE_AT..SIGNATURE_AT + 4)
        .and_then(|bytes| bytes.try_into().ok())
        .map(|bytes| u32::from_le_bytes(bytes) as usize)
        .ok_or(NoProgram)?;
    let headers = program.get_mut(signature..).ok_or(NoProgram)?;
    if !headers.starts_with(SIGNATURE) {
        return Err(NoProgram);
    }
    let subsystem = headers
        .get_mut(OPTIONAL + SUBSYSTEM..)
        .and_then(|bytes| bytes.first_chunk_mut::<2>())
        .ok_or(NoProgram)?;
    match u16::from_le_bytes(*subsystem) {
        WITH_WINDOWS | WITH_CONSOLE => {
            *subsystem = WITH_WINDOWS.to_le_bytes();
            Ok(())
        }
        _ => Err(NoProgram),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The headers of a program, as far as they count here.
    fn program(subsystem: u16) -> Vec<u8> {
        let mut bytes = vec![0; 0x80 + OPTIONAL + SUBSYSTEM + 2];
        bytes[SIGNATURE_AT] = 0x80;
        bytes[0x80..0x84].copy_from_slice(SIGNATURE);
        bytes[0x80 + OPTIONAL + SUBSYSTEM] = subsystem as u8;
        bytes
    }

    #[test]
    fn a_console_is_taken_away_and_nothing_else() {
        let mut bytes = program(WITH_CONSOLE);
        take_away(&mut bytes).unwrap();
        assert_eq!(bytes, program(WITH_WINDOWS));
        take_away(&mut bytes).unwrap();
        assert_eq!(bytes, program(WITH_WINDOWS));
    }

    #[test]
    fn this_program_has_one() {
        let program = std::env::current_exe().unwrap();
        let before = std::fs::read(program).unwrap();
        let mut after = before.clone();
        take_away(&mut after).unwrap();
        let changed = before
            .iter()
            .zip(&after)
            .filter(|(one, other)| one != other);
        assert_eq!(changed.count(), 1);
    }

    #[test]
    fn what_is_no_program_is_refused() {
        let whole = program(WITH_CONSOLE);
        for length in [0, SIGNATURE_AT, 0x80, whole.len() - 1] {
            assert_eq!(take_away(&mut whole[..length].to_vec()), Err(NoProgram));
        }
        assert_eq!(take_away(&mut program(9)), Err(NoProgram));
        let mut far = whole.clone();
        far[SIGNATURE_AT..SIGNATURE_AT + 4].fill(0xff);
        assert_eq!(take_away(&mut far), Err(NoProgram));
        let mut other = whole;
        other[0x80] = b'N';
        assert_eq!(take_away(&mut other), Err(NoProgram));
    }
}
