//! Sheep are born and clips are planned, so that work never runs dry.

use woolgather_protocol::submission::WorkUnitState;
use woolgather_protocol::work::ClipKind;

use super::Grid;
use super::rows::{Clip, ClipNumber, ClipState, Sheep, SheepNumber, SheepState, Unit, UnitNumber};
use crate::leases::rank;
use crate::planning::{ring_edges, samples_wanted};

/// The fleet's speed is what it had accepted in the last hour.
const SPEED_MS: i64 = 60 * 60 * 1000;

/// Births at most in one go; the next go is seconds away.
const BIRTHS_MAX: u32 = 64;

impl Grid {
    /// Makes a sheep and plans its loop.
    pub fn bear(&mut self) -> SheepNumber {
        let sheep = SheepNumber(self.sheep.len() as u64);
        self.sheep.push(Sheep {
            state: SheepState::Rendering,
            clips: Vec::new(),
        });
        self.plan_clip(ClipKind::Loop, sheep, sheep);
        sheep
    }

    /// Plans a clip with one work unit for each segment.
    fn plan_clip(&mut self, kind: ClipKind, from: SheepNumber, to: SheepNumber) -> ClipNumber {
        let clip = ClipNumber(self.clips.len() as u64);
        let segments = match kind {
            ClipKind::Loop => self.settings.loop_segments,
            ClipKind::Edge => self.settings.edge_segments,
        };
        self.clips.push(Clip {
            version: 1,
            kind,
            from,
            to,
            state: ClipState::Rendering,
            units: Vec::new(),
            file: None,
            published_ms: None,
            retired_ms: None,
        });
        self.sheep[from.place()].clips.push(clip);
        if kind == ClipKind::Edge {
            self.sheep[to.place()].clips.push(clip);
        }
        for segment in 0..segments {
            let unit = self.plan_unit(clip, segment);
            self.clips[clip.place()].units.push(unit);
        }
        clip
    }

    /// Plans the work unit of a segment of a clip's version; the caller puts it into the clip.
    pub(super) fn plan_unit(&mut self, clip: ClipNumber, segment: u32) -> UnitNumber {
        let unit = UnitNumber(self.units.len() as u64);
        let row = &self.clips[clip.place()];
        self.units.push(Unit {
            clip,
            clip_version: row.version,
            segment,
            rank: rank(row.kind, segment),
            // So that `set_unit` finds it in no queue.
            state: WorkUnitState::Submitted,
            submission: None,
            failures: std::collections::BTreeSet::new(),
            leases: Vec::new(),
        });
        self.set_unit(unit, WorkUnitState::Ready);
        unit
    }

    /// Plans the edges that make the living sheep one ring. An edge that is there already is not
    /// planned again. Returns how many were planned.
    pub fn plan_edges(&mut self) -> u32 {
        let living: Vec<SheepNumber> = self.living.iter().copied().collect();
        let missing = ring_edges(&living, &self.edges);
        for (from, to) in &missing {
            self.edges.insert((*from, *to));
            self.plan_clip(ClipKind::Edge, *from, *to);
        }
        missing.len() as u32
    }

    /// Plans more when the queue is under two hours of the fleet's throughput: edges the graph
    /// needs, then births. Returns how many clips were planned.
    pub fn plan_if_dry(&mut self, now_ms: i64) -> u32 {
        let wanted = self.samples_wanted(now_ms);
        let unit_samples = self.settings.unit_samples();
        let is_dry = |grid: &Self| (grid.ready.len() as u64).saturating_mul(unit_samples) < wanted;
        if !is_dry(self) {
            return 0;
        }
        let mut planned = self.plan_edges();
        let mut births = 0;
        while is_dry(self) && births < BIRTHS_MAX {
            self.retire_one(now_ms);
            self.bear();
            births += 1;
        }
        planned += births;
        planned
    }

    /// How many samples must be queued at least.
    #[must_use]
    pub fn samples_wanted(&mut self, now_ms: i64) -> u64 {
        while let Some(first) = self.accepted_lately.front()
            && *first <= now_ms - SPEED_MS
        {
            self.accepted_lately.pop_front();
        }
        let unit_samples = self.settings.unit_samples();
        let samples = self.accepted_lately.len() as f64 * unit_samples as f64;
        let per_second = samples / (SPEED_MS as f64 / 1000.0);
        samples_wanted(per_second, self.active_devices(now_ms), unit_samples)
    }

    /// Retires the oldest living sheep whose clips are all finished, with its clips, when there
    /// are as many as there may be.
    fn retire_one(&mut self, now_ms: i64) {
        if self.living.len() < self.settings.living_max {
            return;
        }
        let finished = |clip: &ClipNumber| {
            let state = self.clips[clip.place()].state;
            matches!(state, ClipState::Live | ClipState::Retired)
        };
        let mut living = self.living.iter().copied();
        let oldest = living.find(|sheep| self.sheep[sheep.place()].clips.iter().all(finished));
        let Some(sheep) = oldest else { return };
        self.living.remove(&sheep);
        self.sheep[sheep.place()].state = SheepState::Retired;
        for clip in self.sheep[sheep.place()].clips.clone() {
            let row = &mut self.clips[clip.place()];
            row.state = ClipState::Retired;
            row.retired_ms.get_or_insert(now_ms);
        }
    }
}
