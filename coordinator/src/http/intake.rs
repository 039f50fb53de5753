//! A submission's bytes as they stream in: preamble to memory, segment to a temporary blob.
//!
//! Nothing is believed before the last byte: the digest of the whole body must be the signed one
//! first, so that a body damaged on its way is told from a worker's fault. What the worker did
//! wrong is remembered meanwhile.

use std::io::Write;

use woolgather_protocol::submission::{Preamble, PreambleError};
use woolgather_protocol::{Blake3, Problem, ProblemKind};

use crate::blobs::TempBlob;

/// Bytes of the length field before the preamble.
const LENGTH_BYTES: usize = 4;

/// A submission being received.
#[derive(Debug)]
pub struct Intake {
    frame_count: u32,
    body: blake3::Hasher,
    head: Vec<u8>,
    /// Length of the head, as far as it is known.
    head_bytes: usize,
    preamble: Option<Preamble>,
    segment: TempBlob,
    fault: Option<Problem>,
}

/// A submission that arrived whole and is what its preamble says.
#[derive(Debug)]
pub struct Received {
    /// What the worker commits to.
    pub preamble: Preamble,
    /// The segment, not kept yet.
    pub segment: TempBlob,
}

impl Intake {
    /// Ready to receive a segment of `frame_count` frames into `segment`.
    #[must_use]
    pub fn new(frame_count: u32, segment: TempBlob) -> Self {
        Self {
            frame_count,
            body: blake3::Hasher::new(),
            head: Vec::new(),
            head_bytes: LENGTH_BYTES,
            preamble: None,
            segment,
            fault: None,
        }
    }

    /// Takes the next bytes of the body. Writes at most those to the disk's cache, so it is quick.
    ///
    /// # Errors
    ///
    /// When the disk fails.
    pub fn push(&mut self, mut bytes: &[u8]) -> std::io::Result<()> {
        self.body.update(bytes);
        while !bytes.is_empty() && self.fault.is_none() {
            let Some(preamble) = &self.preamble else {
                bytes = self.push_head(bytes);
                continue;
            };
            if self.segment.length() + bytes.len() as u64 > preamble.segment_bytes {
                let detail = format!(
                    "More came than the {} bytes of segment that the preamble announced.",
                    preamble.segment_bytes
                );
                self.fault = Some(Problem::new(ProblemKind::SegmentMismatch, detail));
                break;
            }
            self.segment.write_all(bytes)?;
            break;
        }
        Ok(())
    }

    /// BLAKE3 of the body so far.
    #[must_use]
    pub fn body_digest(&self) -> Blake3 {
        Blake3(*self.body.finalize().as_bytes())
    }

    /// The body has ended, and its digest is the signed one.
    ///
    /// # Errors
    ///
    /// `bad-preamble` or `segment-mismatch`: the worker is at fault.
    pub fn finish(self) -> Result<Received, Problem> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        let Some(preamble) = self.preamble else {
            return Err(bad_preamble("the body ends within it"));
        };
        let mismatch = |detail| Problem::new(ProblemKind::SegmentMismatch, detail);
        if self.segment.length() != preamble.segment_bytes {
            return Err(mismatch(format!(
                "{} bytes of segment came, the preamble announced {}.",
                self.segment.length(),
                preamble.segment_bytes
            )));
        }
        let digest = self.segment.digest();
        if digest != preamble.segment {
            return Err(mismatch(format!(
                "The segment hashes to {digest}, the preamble announced {}.",
                preamble.segment
            )));
        }
        Ok(Received {
            preamble,
            segment: self.segment,
        })
    }

    /// Gathers the length field and the preamble; what belongs to the segment is returned.
    fn push_head<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let missing = self.head_bytes - self.head.len();
        let (head, rest) = bytes.split_at(bytes.len().min(missing));
        self.head.extend_from_slice(head);
        match self.head_length() {
            Ok(length) => self.head_bytes = length,
            Err(error) => self.fault = Some(bad_preamble(error)),
        }
        if self.fault.is_none() && self.head.len() == self.head_bytes {
            self.read_preamble();
        }
        rest
    }

    /// Length of the head, as far as what came of it says.
    fn head_length(&self) -> Result<usize, PreambleError> {
        match self.head.first_chunk::<LENGTH_BYTES>() {
            None => Ok(LENGTH_BYTES),
            Some(field) => Ok(LENGTH_BYTES + Preamble::json_length(*field)?),
        }
    }

    fn read_preamble(&mut self) {
        match Preamble::from_json(&self.head[LENGTH_BYTES..]) {
            Ok(preamble) if preamble.frames.len() == self.frame_count as usize => {
                self.preamble = Some(preamble);
            }
            Ok(preamble) => {
                self.fault = Some(bad_preamble(format_args!(
                    "it has digests of {} frames, the work unit has {}",
                    preamble.frames.len(),
                    self.frame_count
                )));
            }
            Err(error) => self.fault = Some(bad_preamble(error)),
        }
    }
}

fn bad_preamble(reason: impl std::fmt::Display) -> Problem {
    let detail = format!("The preamble does not fit: {reason}.");
    Problem::new(ProblemKind::BadPreamble, detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::blobs::Blobs;
    use proptest::prelude::*;
    use woolgather_protocol::work::DeviceKind;

    fn preamble(segment: &[u8], frames: usize) -> Preamble {
        Preamble {
            segment_bytes: segment.len() as u64,
            segment: Blake3::of(segment),
            frames: vec![Blake3::of(b"frame"); frames],
            render_ms: 1,
            drawn_by: DeviceKind::Cpu,
        }
    }

    fn submission(preamble: &Preamble, segment: &[u8]) -> Vec<u8> {
        [preamble.to_bytes(), segment.to_vec()].concat()
    }

    /// Receives `body` in pieces of `piece` bytes, for a work unit of two frames.
    fn receive(body: &[u8], piece: usize) -> Result<(Preamble, Vec<u8>), ProblemKind> {
        let folder = tempfile::tempdir().unwrap();
        let blobs = Blobs::folder(folder.path()).unwrap();
        let mut intake = Intake::new(2, blobs.temp());
        for bytes in body.chunks(piece) {
            intake.push(bytes).unwrap();
        }
        assert_eq!(intake.body_digest(), Blake3::of(body));
        let received = intake.finish().map_err(|problem| problem.kind)?;
        let mut segment = received.segment;
        let segment = segment.read().unwrap().into_owned();
        Ok((received.preamble, segment))
    }

    #[test]
    fn a_submission_arrives_whole_however_it_is_cut() {
        let segment = b"the encoded frames".as_slice();
        let preamble = preamble(segment, 2);
        let body = submission(&preamble, segment);
        for piece in [1, 2, 3, 5, 7, 100, 10_000] {
            let received = receive(&body, piece).unwrap();
            assert_eq!(received, (preamble.clone(), segment.to_vec()), "{piece}");
        }
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let segment = b"segment".as_slice();
        let good = preamble(segment, 2);
        let check = |body: &[u8], kind| {
            for piece in [1, 10_000] {
                assert_eq!(receive(body, piece), Err(kind), "pieces of {piece}");
            }
        };
        let bad = ProblemKind::BadPreamble;
        check(b"", bad);
        check(b"\x05\0\0", bad);
        check(b"\0\0\0\0", bad);
        check(b"\xff\xff\xff\xff{}", bad);
        check(b"\x02\0\0\0{}segment", bad);
        check(&submission(&preamble(segment, 3), segment), bad);
        let mismatch = ProblemKind::SegmentMismatch;
        check(&submission(&good, b"segmen"), mismatch);
        check(&submission(&good, b"segment+"), mismatch);
        check(&submission(&good, b"tnemges"), mismatch);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body: Vec<u8>, piece in 1_usize..100) {
            let _ = receive(&body, piece);
        }
    }
}
