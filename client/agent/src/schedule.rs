//! The hours in which rendering is allowed, by the clock on the wall.
//!
//! A [`Schedule`] is a list of ranges such as `mon-fri 22:00-07:00`. A range that ends before it
//! starts passes midnight and belongs to the day on which it starts: that one opens on Friday evening
//! and closes on Saturday morning. An empty schedule allows every hour.
//!
//! Times are local and have minutes, as people write them. Summer time needs no rule: whoever calls
//! says what the wall shows.

use std::fmt;
use std::str::FromStr;

const DAY_MINUTES: u16 = 24 * 60;
const WEEK_MINUTES: u16 = 7 * DAY_MINUTES;

/// A day of the week, Monday first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// All seven, in order.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The three letters used in schedules: `mon`.
    #[must_use]
    pub fn short(self) -> &'static str {
        ["mon", "tue", "wed", "thu", "fri", "sat", "sun"][self as usize]
    }

    /// The name in a sentence: `Monday`.
    #[must_use]
    pub fn name(self) -> &'static str {
        [
            "Monday",
            "Tuesday",
            "Wednesday",
            "Thursday",
            "Friday",
            "Saturday",
            "Sunday",
        ][self as usize]
    }

    fn from_short(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.short() == text)
    }

    fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What the clock on the wall shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// The day.
    pub weekday: Weekday,
    /// Minutes since midnight, 0 to 1439.
    pub minute: u16,
}

impl LocalTime {
    /// `hour` 0 to 23 and `minute` 0 to 59 on a `weekday`.
    #[must_use]
    pub fn new(weekday: Weekday, hour: u16, minute: u16) -> Self {
        Self {
            weekday,
            minute: hour * 60 + minute,
        }
    }

    fn minute_of_week(self) -> u16 {
        (self.weekday as u16 * DAY_MINUTES + self.minute) % WEEK_MINUTES
    }

    fn from_minute_of_week(minute: u16) -> Self {
        Self {
            weekday: Weekday::ALL[usize::from(minute / DAY_MINUTES) % 7],
            minute: minute % DAY_MINUTES,
        }
    }
}

/// One range of hours on some days; see the page's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// One bit a day, Monday lowest; never 0.
    days: u8,
    /// Minutes since midnight, 0 to 1439.
    from: u16,
    /// Minutes since midnight, 1 to 1440, and never `from`; below it the range passes midnight.
    to: u16,
}

impl Range {
    /// How long it is open each time, in minutes.
    fn length(self) -> u16 {
        if self.to > self.from {
            self.to - self.from
        } else {
            self.to + DAY_MINUTES - self.from
        }
    }

    /// The days that follow each other within a week, and nothing between them.
    fn runs(self) -> impl Iterator<Item = &'static [Weekday]> {
        const WEEK: &[Weekday] = &Weekday::ALL;
        WEEK.split(move |day| self.days & day.bit() == 0)
    }

    /// The minutes of the week at which it opens.
    fn openings(self) -> impl Iterator<Item = u16> {
        Weekday::ALL
            .into_iter()
            .filter(move |day| self.days & day.bit() != 0)
            .map(move |day| day as u16 * DAY_MINUTES + self.from)
    }
}

/// Why a text is no range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time range looks like \"mon-fri 22:00-07:00\" or \"sat sun 00:00-24:00\"")]
pub struct NoRange;

impl FromStr for Range {
    type Err = NoRange;

    fn from_str(text: &str) -> Result<Self, NoRange> {
        let mut words: Vec<&str> = text.split_whitespace().collect();
        let (from, to) = words
            .pop()
            .and_then(|hours| hours.split_once('-'))
            .ok_or(NoRange)?;
        let from = minutes(from).filter(|from| *from < DAY_MINUTES);
        let to = minutes(to).filter(|to| *to > 0);
        let days = if words.is_empty() {
            Some(0b111_1111)
        } else {
            words.into_iter().try_fold(0, |days, word| {
                Some(days | days_of(&word.to_ascii_lowercase())?)
            })
        };
        match (days, from, to) {
            (Some(days), Some(from), Some(to)) if from != to => Ok(Self { days, from, to }),
            _ => Err(NoRange),
        }
    }
}

/// `mon`, or `fri-mon` with the days between, around the week's end if need be.
fn days_of(word: &str) -> Option<u8> {
    let Some((first, last)) = word.split_once('-') else {
        return Weekday::from_short(word).map(Weekday::bit);
    };
    let (first, last) = (Weekday::from_short(first)?, Weekday::from_short(last)?);
    let count = (last as usize + 7 - first as usize) % 7 + 1;
    let days = Weekday::ALL.into_iter().cycle().skip(first as usize);
    Some(days.take(count).fold(0, |days, day| days | day.bit()))
}

/// `22:00` as minutes since midnight, at most `24:00`.
fn minutes(text: &str) -> Option<u16> {
    let (hour, minute) = text.split_once(':')?;
    let digits = |part: &str| part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hour) || minute.len() != 2 || !digits(minute) {
        return None;
    }
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    Some(hour * 60 + minute).filter(|sum| minute < 60 && *sum <= DAY_MINUTES)
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.days != 0b111_1111 {
            for run in self.runs() {
                match run {
                    [] => {}
                    [first, _, .., last] => write!(f, "{}-{} ", first.short(), last.short())?,
                    few => few
                        .iter()
                        .try_for_each(|day| write!(f, "{} ", day.short()))?,
                }
            }
        }
        write!(f, "{}-{}", HourMinute(self.from), HourMinute(self.to))
    }
}

/// Minutes since midnight, as `07:05`.
struct HourMinute(u16);

impl fmt::Display for HourMinute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// The ranges in which rendering is allowed; none means always.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schedule(pub Vec<Range>);

impl Schedule {
    /// Is rendering allowed at this time?
    #[must_use]
    pub fn allows(&self, time: LocalTime) -> bool {
        let now = time.minute_of_week();
        self.0.is_empty()
            || self.0.iter().any(|range| {
                range
                    .openings()
                    .any(|opening| minutes_between(opening, now) < range.length())
            })
    }

    /// When it is allowed next, for a time at which it is not.
    #[must_use]
    pub fn next_opening(&self, time: LocalTime) -> Opening {
        let now = time.minute_of_week();
        let wait = self
            .0
            .iter()
            .flat_map(|range| range.openings())
            .map(|opening| minutes_between(now, opening))
            .min()
            .unwrap_or(0);
        let at = LocalTime::from_minute_of_week((now + wait) % WEEK_MINUTES);
        Opening {
            at,
            today: wait < DAY_MINUTES && at.weekday == time.weekday,
        }
    }
}

/// Minutes from one minute of the week to the next time it is another.
fn minutes_between(from: u16, to: u16) -> u16 {
    (to + WEEK_MINUTES - from) % WEEK_MINUTES
}

/// When a schedule opens next; reads "at 22:00" or "on Monday at 22:00".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The time.
    pub at: LocalTime,
    /// Whether that is later on the same day.
    pub today: bool,
}

impl fmt::Display for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.today {
            write!(f, "on {} ", self.at.weekday.name())?;
        }
        write!(f, "at {}", HourMinute(self.at.minute))
    }
}

#[cfg(test)]
mod tests {
    use super::Weekday::{Friday, Monday, Saturday, Sunday, Thursday};
    use super::*;

    fn schedule(ranges: &[&str]) -> Schedule {
        Schedule(ranges.iter().map(|range| range.parse().unwrap()).collect())
    }

    #[track_caller]
    fn check(range: &str, weekday: Weekday, hour: u16, minute: u16, allowed: bool) {
        let time = LocalTime::new(weekday, hour, minute);
        assert_eq!(
            schedule(&[range]).allows(time),
            allowed,
            "{range} at {time:?}"
        );
    }

    #[test]
    fn a_range_opens_at_its_first_minute_and_is_closed_at_its_last() {
        check("mon 09:00-17:00", Monday, 8, 59, false);
        check("mon 09:00-17:00", Monday, 9, 0, true);
        check("mon 09:00-17:00", Monday, 16, 59, true);
        check("mon 09:00-17:00", Monday, 17, 0, false);
        check("mon 09:00-17:00", Sunday, 12, 0, false);
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_starts() {
        check("fri 22:00-07:00", Friday, 23, 0, true);
        check("fri 22:00-07:00", Saturday, 6, 59, true);
        check("fri 22:00-07:00", Saturday, 7, 0, false);
        check("fri 22:00-07:00", Friday, 3, 0, false);
    }

    #[test]
    fn sunday_night_reaches_into_monday() {
        check("sun 22:00-07:00", Monday, 1, 0, true);
        check("sun 22:00-07:00", Monday, 8, 0, false);
    }

    #[test]
    fn a_whole_day_ends_at_24_and_days_may_run_around_the_week() {
        check("sat sun 00:00-24:00", Sunday, 23, 59, true);
        check("sat sun 00:00-24:00", Monday, 0, 0, false);
        check("fri-mon 10:00-11:00", Sunday, 10, 30, true);
        check("fri-mon 10:00-11:00", Thursday, 10, 30, false);
        check("10:00-11:00", Thursday, 10, 30, true);
    }

    #[test]
    fn an_empty_schedule_allows_every_hour() {
        assert!(Schedule::default().allows(LocalTime::new(Sunday, 3, 0)));
    }

    #[track_caller]
    fn check_opening(ranges: &[&str], time: LocalTime, expected: &str) {
        assert_eq!(schedule(ranges).next_opening(time).to_string(), expected);
    }

    #[test]
    fn the_next_opening_is_the_nearest_one() {
        let noon = LocalTime::new(Friday, 12, 0);
        check_opening(&["mon-fri 22:00-07:00"], noon, "at 22:00");
        check_opening(&["mon-thu 22:00-07:00"], noon, "on Monday at 22:00");
        check_opening(
            &["mon 01:00-02:00", "sat 05:30-06:00"],
            noon,
            "on Saturday at 05:30",
        );
        check_opening(&["fri 10:00-11:00"], noon, "on Friday at 10:00");
    }

    #[test]
    fn a_range_reads_as_people_write_it() {
        for (typed, expected) in [
            ("mon-fri 22:00-07:00", "mon-fri 22:00-07:00"),
            ("sun sat 0:00-24:00", "sat sun 00:00-24:00"),
            ("mon wed-fri sun 9:30-10:00", "mon wed-fri sun 09:30-10:00"),
            ("fri-mon 09:00-10:00", "mon fri-sun 09:00-10:00"),
            ("mon-sun 09:00-10:00", "09:00-10:00"),
        ] {
            assert_eq!(typed.parse::<Range>().unwrap().to_string(), expected);
        }
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for text in [
            "",
            "mon",
            "22:00",
            "25:00-26:00",
            "10:00-10:00",
            "10:60-11:00",
            "24:00-07:00",
            "someday 10:00-11:00",
            "mon- 10:00-11:00",
            "10:0-11:00",
            "+1:00-2:00",
        ] {
            assert_eq!(text.parse::<Range>(), Err(NoRange), "{text:?}");
        }
    }
}
