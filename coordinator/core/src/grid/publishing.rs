//! Publishing clips.

use woolgather_protocol::ProblemKind;
use woolgather_protocol::work::ClipKind;

use super::rows::{ClipNumber, ClipState, Digest, Job, SheepState};
use super::{Grid, Refused};

impl Grid {
    /// Publishes a joined clip: it is live, its sheep is live with it (a loop's), the manifest's
    /// sequence goes up and the job `Plan` is added. Publishing again what is live already changes
    /// nothing. Returns the manifest's sequence number.
    ///
    /// # Errors
    ///
    /// `not-found` when there is no such clip and version, or it is not waiting to be published.
    pub fn publish_clip(
        &mut self,
        clip: ClipNumber,
        version: u32,
        file: Digest,
        now_ms: i64,
    ) -> Result<u64, Refused> {
        let not_found = Refused(ProblemKind::NotFound);
        let row = self.clips.get_mut(clip.place()).ok_or(not_found)?;
        if row.version != version {
            return Err(not_found);
        }
        match row.state {
            ClipState::Joining => {}
            ClipState::Live => return Ok(self.sums.manifest_sequence),
            ClipState::Rendering | ClipState::Retired => return Err(not_found),
        }
        row.state = ClipState::Live;
        row.file = Some(file);
        row.published_ms = Some(now_ms);
        let (kind, sheep) = (row.kind, row.from);
        self.refer_to_blob(file);
        let born = self.sheep[sheep.place()].state == SheepState::Rendering;
        if kind == ClipKind::Loop && born {
            self.sheep[sheep.place()].state = SheepState::Live;
            self.living.insert(sheep);
        }
        self.enqueue(Job::Plan);
        self.sums.manifest_sequence += 1;
        Ok(self.sums.manifest_sequence)
    }
}
