//! What volunteers and their machines do.

use woolgather_coordinator_core::grid::{AuditAnswer, Digest, LeasedWork, NewSubmission};
use woolgather_coordinator_core::random::{below, unit};

use super::messages::{Content, Message};
use super::{Event, FRESH_KEY_MS, HOUR_MS, Options, World};
use crate::attacks::{ACCIDENTS, ATTACKS, Way};
use crate::volunteers::{Character, Volunteer};

/// How long a machine that is off stays off, on average.
const OFF_MS: i64 = 2 * HOUR_MS;

/// Share of those who switch off that never come back; somebody like them comes instead.
const LEAVING_SHARE: f64 = 0.05;

/// How often a vanishing machine vanishes after a piece of work.
const VANISHING_SHARE: f64 = 0.1;

impl World {
    /// Somebody new takes part, in the place of whoever was there.
    pub(super) fn join(&mut self, volunteer: usize) {
        let device = self.count();
        if volunteer == self.volunteers.len() {
            let Options { bad, only, .. } = self.options;
            self.volunteers
                .push(Volunteer::new(volunteer, device, bad, only, &mut self.rng));
        } else {
            self.volunteers[volunteer].begin_anew(device);
        }
        // Some live in one house.
        let network = below(&mut self.rng, self.options.volunteers.max(1) * 2) as u64;
        let device = self.volunteers[volunteer].device;
        self.grid.register_device(device, device.0, network);
        let delay_ms = self.about(OFF_MS / 4);
        self.after(delay_ms, Event::Switch { volunteer });
    }

    pub(super) fn switch(&mut self, volunteer: usize) {
        if self.volunteers[volunteer].online {
            self.switch_off(volunteer);
            return;
        }
        let row = &mut self.volunteers[volunteer];
        row.online = true;
        row.session += 1;
        let session = row.session;
        // A request signed by a clock that is wrong is refused and signed again.
        let signing_ms = if row.character == Character::Skewed {
            1_000
        } else {
            0
        };
        self.after(signing_ms, Event::Ask { volunteer, session });
        let mean_ms = (HOUR_MS as f64 / self.options.churn.max(1e-3)) as i64;
        let on_ms = self.about(mean_ms);
        self.after(on_ms, Event::Switch { volunteer });
    }

    /// Half of them say that they go.
    fn switch_off(&mut self, volunteer: usize) {
        let politely =
            self.chance(0.5) && self.volunteers[volunteer].character != Character::Vanishing;
        let row = &mut self.volunteers[volunteer];
        row.online = false;
        row.busy = false;
        row.session += 1;
        let device = row.device;
        let leases = std::mem::take(&mut row.leases);
        if politely && self.now_ms >= self.up_at_ms {
            for work in leases {
                // Nobody can have taken it from the device that holds it.
                let _ = self.grid.give_back(work.lease, device);
            }
        }
        if self.chance(LEAVING_SHARE) {
            self.join(volunteer);
            return;
        }
        let off_ms = self.about(OFF_MS);
        self.after(off_ms, Event::Switch { volunteer });
    }

    pub(super) fn ask(&mut self, volunteer: usize, session: u32) {
        let row = &self.volunteers[volunteer];
        if row.session != session || !row.online || row.busy {
            return;
        }
        let (device, request) = (row.device, row.request());
        let lost = self.options.lost;
        if self.now_ms < self.up_at_ms || self.chance(lost) {
            self.tally.lost += u64::from(self.now_ms >= self.up_at_ms);
            self.after(15_000, Event::Ask { volunteer, session });
            return;
        }
        let answer = self.grid.lease_work(device, &request, self.now_ms);
        if self.chance(lost) {
            // The answer is lost: the next request gets the same leases.
            self.tally.lost += 1;
            self.after(15_000, Event::Ask { volunteer, session });
            return;
        }
        let may_work = self.may_work(volunteer);
        if may_work && self.now_ms > HOUR_MS {
            self.tally.asked += 1;
            self.tally.dry += u64::from(answer.leases.is_empty());
        }
        if answer.leases.is_empty() {
            let retry_ms = i64::from(answer.retry_after_s) * 1000;
            self.after(retry_ms, Event::Ask { volunteer, session });
            return;
        }
        let row = &mut self.volunteers[volunteer];
        row.leases = answer.leases;
        // What was rendered already and is on its way is not rendered again.
        row.leases
            .retain(|work| !row.handed_in.contains(&work.lease));
        self.begin(volunteer);
    }

    fn may_work(&self, volunteer: usize) -> bool {
        let device = self.volunteers[volunteer].device;
        let Some(row) = self.grid.device(device) else {
            return true;
        };
        let mut records = row.records.iter();
        let classes = self.grid.classes();
        records.all(|(class, record)| {
            record.may_work(self.now_ms) && classes[class.0 as usize].standing.may_work()
        })
    }

    /// Begins with the first lease, or asks for more.
    pub(super) fn begin(&mut self, volunteer: usize) {
        let row = &mut self.volunteers[volunteer];
        let session = row.session;
        let Some(work) = row.leases.first() else {
            row.busy = false;
            self.after(2_000, Event::Ask { volunteer, session });
            return;
        };
        row.busy = true;
        let settings = self.grid.settings();
        let frames = match work.audit {
            Some(_) => 1,
            None => settings.segment_frames,
        };
        let samples = settings.frame_samples as f64 * f64::from(frames);
        let seconds = samples / row.speed * (0.9 + 0.3 * unit(&mut self.rng));
        self.after(
            (seconds * 1000.0) as i64,
            Event::Rendered { volunteer, session },
        );
    }

    pub(super) fn rendered(&mut self, volunteer: usize, session: u32) {
        if self.volunteers[volunteer].session != session {
            return;
        }
        let row = &mut self.volunteers[volunteer];
        let work = row.leases.remove(0);
        row.handed_in.insert(work.lease);
        let content = match work.audit {
            Some(_) => self.report(volunteer, work),
            None => self.segment(volunteer, work),
        };
        let message = Message {
            volunteer,
            content,
            attempt: 0,
        };
        self.send(message);
        let vanishing = self.volunteers[volunteer].character == Character::Vanishing;
        if vanishing && self.chance(VANISHING_SHARE) {
            self.switch_off(volunteer);
            return;
        }
        self.begin(volunteer);
    }

    fn segment(&mut self, volunteer: usize, work: LeasedWork) -> Content {
        let row = &self.volunteers[volunteer];
        let (device, character, drawn_by) = (row.device, row.character, row.drawing.kind);
        let records = self
            .grid
            .device(device)
            .into_iter()
            .flat_map(|row| row.records.values());
        let accepted_units = records.map(|record| record.accepted_units).sum();
        let frames = self.grid.settings().segment_frames;
        let broken = self.driver_is_broken();
        let segment = self.pictures.draw(
            volunteer,
            character,
            accepted_units,
            broken,
            frames,
            &mut self.rng,
        );
        self.tally.rendered += 1;
        Content::Submission(NewSubmission {
            lease: work.lease,
            device,
            segment,
            frames,
            render_ms: self.render_ms(volunteer),
            drawn_by,
        })
    }

    fn render_ms(&self, volunteer: usize) -> u64 {
        let settings = self.grid.settings();
        let samples = settings.frame_samples as f64 * f64::from(settings.segment_frames);
        (samples / self.volunteers[volunteer].speed * 1000.0) as u64
    }

    fn report(&mut self, volunteer: usize, work: LeasedWork) -> Content {
        let agrees = self.agrees(volunteer, work);
        // No two frames have the same digest, nor one that a segment has.
        let frame = Digest(u64::MAX - self.count());
        Content::Report(AuditAnswer {
            lease: work.lease,
            device: self.volunteers[volunteer].device,
            frame,
            agrees,
        })
    }

    /// What somebody says of a frame that they were asked to render again.
    fn agrees(&mut self, volunteer: usize, work: LeasedWork) -> bool {
        let unit = &self.grid.units()[work.unit.0 as usize];
        let submission = unit
            .submission
            .map(|number| &self.grid.submissions()[number.0 as usize]);
        let segment = submission
            .and_then(|row| self.pictures.get(row.segment))
            .copied();
        let (Some(segment), Some((_, frame))) = (segment, work.audit) else {
            // Nobody needs this audit any more; whatever is said will be told so.
            return true;
        };
        let right = !segment.is_seen(frame);
        let own_fault = match self.volunteers[volunteer].character {
            Character::Liar(place) => match ATTACKS[place].way {
                Way::Collusion if self.is_colluder(segment.volunteer) => return true,
                Way::AuditLies => 0.5,
                _ => ACCIDENTS.memory,
            },
            Character::BrokenHardware => ACCIDENTS.broken_hardware,
            Character::BrokenDriver if self.driver_is_broken() => ACCIDENTS.broken_driver,
            _ => ACCIDENTS.memory,
        };
        right && !self.chance(own_fault)
    }

    fn is_colluder(&self, volunteer: usize) -> bool {
        match self.volunteers[volunteer].character {
            Character::Liar(place) => ATTACKS[place].way == Way::Collusion,
            _ => false,
        }
    }

    /// The driver turns bad in the middle of the run.
    fn driver_is_broken(&self) -> bool {
        self.now_ms > self.options.hours * HOUR_MS / 2
    }

    /// Notes who was found bad since the last time, and lets liars come back with fresh keys.
    pub(super) fn note_found_bad(&mut self) {
        if self.grid.sums().found_bad == self.found_bad {
            return;
        }
        self.found_bad = self.grid.sums().found_bad;
        for volunteer in 0..self.volunteers.len() {
            let row = &mut self.volunteers[volunteer];
            let Some(device) = self.grid.device(row.device) else {
                continue;
            };
            let bad = device
                .records
                .values()
                .any(|record| record.bad_since_ms.is_some());
            if !bad || row.found_bad {
                continue;
            }
            row.found_bad = true;
            match row.character {
                Character::Liar(place) => {
                    let doctored = row.doctored;
                    self.tally.attacks[place].until_bad.push(doctored);
                    self.leave_key(volunteer);
                }
                Character::BrokenHardware => self.tally.broken_set_aside += 1,
                Character::BrokenDriver => {}
                _ => self.tally.honest_bans += 1,
            }
        }
    }

    /// A liar makes a fresh key.
    pub(super) fn leave_key(&mut self, volunteer: usize) {
        if !std::mem::replace(&mut self.volunteers[volunteer].leaves_key, true) {
            self.after(FRESH_KEY_MS, Event::Anew { volunteer });
        }
    }

    pub(super) fn anew(&mut self, volunteer: usize) {
        if !self.volunteers[volunteer].leaves_key {
            // They left meanwhile, and somebody else came.
            return;
        }
        let row = &mut self.volunteers[volunteer];
        let device = self.counter + 1;
        row.begin_anew(device);
        row.busy = false;
        row.session += 1;
        let (online, session) = (row.online, row.session);
        self.counter += 1;
        let network = below(&mut self.rng, self.options.volunteers.max(1) * 2) as u64;
        let device = self.volunteers[volunteer].device;
        self.grid.register_device(device, device.0, network);
        if online {
            self.after(0, Event::Ask { volunteer, session });
        }
    }
}
