//! For whom the coordinator works: a table on the status page, and the answer to "is it just me?".

use askama::Template;

use super::{Nav, Page};

/// What is said of a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HealthWord {
    /// Too few requests to say anything.
    TooFew,
    /// It works.
    Working,
    /// It fails for more than one request in a hundred.
    Failing,
}

impl HealthWord {
    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::TooFew => "Too few to say",
            Self::Working => "Working",
            Self::Failing => "Failing",
        }
    }

    /// The end of the style class.
    pub(super) fn look(self) -> &'static str {
        match self {
            Self::TooFew => "few",
            Self::Working => "good",
            Self::Failing => "bad",
        }
    }
}

/// How a cohort fared in the last hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthLine {
    /// What was asked for, in words: `Voting`.
    pub service: &'static str,
    /// Who asked, in words: `Firefox`.
    pub client: String,
    /// `IPv4` or `IPv6`.
    pub protocol: &'static str,
    /// In a word.
    pub word: HealthWord,
    /// What worked, in hundredths of a percent, rounded down.
    pub works: u32,
    /// Requests.
    pub asked: u64,
    /// Places they came from.
    pub places: u64,
    /// Milliseconds until an answer, on average.
    pub took_ms: u64,
}

impl HealthLine {
    /// `99.98 %`.
    pub(super) fn percent(&self) -> String {
        percent(self.works)
    }
}

/// Hundredths of a percent as people read them.
fn percent(hundredths: u32) -> String {
    match (hundredths / 100, hundredths % 100) {
        (whole, 0) => format!("{whole} %"),
        (whole, rest) => format!("{whole}.{rest:02} %"),
    }
}

/// What came from the visitor's own connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MineLine {
    /// What was asked for, in words.
    pub service: &'static str,
    /// Who asked, in words.
    pub client: String,
    /// Requests in the last hour.
    pub asked: u64,
    /// Those that failed.
    pub failed: u64,
    /// Seconds since the last one.
    pub age_s: u64,
    /// What was wrong with the last that failed, where it has a name.
    pub last_failure: Option<&'static str>,
    /// What to do about it.
    pub advice: Option<&'static str>,
    /// How others of the same kind fare; `None` where nobody else of it was here.
    pub others: Option<HealthLine>,
}

/// The answer, in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JustMe {
    /// Nothing failed, here or elsewhere.
    AllWell,
    /// Something fails for this connection, and works for others.
    JustYou,
    /// What fails here fails for others too.
    NotJustYou,
    /// Nothing failed here; something fails for others.
    OthersOnly,
    /// Nothing but this page was asked for from here.
    Unseen,
}

impl JustMe {
    fn headline(self) -> &'static str {
        match self {
            Self::AllWell => "Everything from your connection works",
            Self::JustYou => "It looks as if it is just you",
            Self::NotJustYou => "It is not just you",
            Self::OthersOnly => "Your connection works; others have trouble",
            Self::Unseen => "Nothing came from your connection lately",
        }
    }
}

/// `/status/me`: is it just me?
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "health.html")]
pub struct HealthPage {
    /// The answer.
    pub answer: JustMe,
    /// `IPv4` or `IPv6`: how the visitor came.
    pub protocol: &'static str,
    /// What came from the visitor's connection.
    pub mine: Vec<MineLine>,
    /// The cohorts that fail, anywhere.
    pub failing: Vec<HealthLine>,
    /// Computers of volunteers that work elsewhere now.
    pub workers_active: u64,
}

impl Page for HealthPage {
    fn here(&self) -> Nav {
        Nav::Status
    }
}

/// The cohorts of a status page, and what to say about all of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Health {
    /// Every cohort of the last hour.
    pub lines: Vec<HealthLine>,
    /// Groups with fewer requests say nothing.
    pub asked_min: u64,
}

impl Health {
    /// Cohorts that fail.
    pub(super) fn failing(&self) -> usize {
        let fails = |line: &&HealthLine| line.word == HealthWord::Failing;
        self.lines.iter().filter(fails).count()
    }

    /// Whether there is enough to say anything.
    pub(super) fn is_known(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.word != HealthWord::TooFew)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_never_rounded_up() {
        for (hundredths, words) in [(10_000, "100 %"), (9_899, "98.99 %"), (9_905, "99.05 %")] {
            assert_eq!(percent(hundredths), words);
        }
    }
}
