//! Accounts: signing in, what is one's own, and taking a screensaver.
//!
//! Every form here works without scripts but those of passkeys, which only browsers' scripts can make.

use askama::Template;
use woolgather_protocol::limits;
use woolgather_protocol::people::{
    ABOUT_CHARS_MAX, HANDLE_CHARS_MAX, HANDLE_CHARS_MIN, Handle, LinkCode, Scope,
};
use woolgather_protocol::tags::TAGS_MAX;

use super::{Nav, Page};

/// The way in.
#[derive(Debug, Clone, PartialEq, Eq, Default, Template)]
#[template(path = "signin.html")]
pub struct SignInPage {
    /// Where to go afterwards: a path of this website.
    pub then: Option<String>,
    /// Whether this website can have passkeys.
    pub passkeys: bool,
    /// The handle as typed before.
    pub handle: String,
    /// Why the last attempt failed.
    pub problem: Option<String>,
}

impl Page for SignInPage {
    fn here(&self) -> Nav {
        Nav::Elsewhere
    }
}

impl SignInPage {
    fn handle_chars(&self) -> (usize, usize) {
        (HANDLE_CHARS_MIN, HANDLE_CHARS_MAX)
    }
}

/// A passkey in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountPasskey {
    /// Its name for the form that removes it.
    pub id: String,
    /// What it is.
    pub name: String,
    /// Seconds since it was made.
    pub made_s_ago: u64,
    /// Seconds since it was used; `None` when it never was.
    pub used_s_ago: Option<u64>,
}

/// A session in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountSession {
    /// Its name for the form that ends it.
    pub id: String,
    /// Which browser.
    pub label: String,
    /// Seconds since it was last seen, to the hour.
    pub seen_s_ago: u64,
    /// Whether it is the one that looks at this page.
    pub here: bool,
}

/// A device in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountDevice {
    /// Its key, in hexadecimal.
    pub key: String,
    /// Its volunteer's name; may be empty.
    pub volunteer: String,
    /// Segments accepted.
    pub accepted_units: u64,
    /// Credit that stands.
    pub credit: u64,
    /// Seconds since it was linked.
    pub linked_s_ago: u64,
}

/// A token in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountToken {
    /// Its name for the form that revokes it.
    pub id: String,
    /// What it is for.
    pub name: String,
    /// What it allows.
    pub scopes: Vec<Scope>,
    /// Seconds since it was made.
    pub made_s_ago: u64,
    /// Seconds since it was used, to the hour; `None` when it never was.
    pub used_s_ago: Option<u64>,
}

/// A secret that is shown this once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// Recovery codes.
    RecoveryCodes(Vec<String>),
    /// A token.
    Token(String),
    /// A code that a screensaver takes.
    ScreensaverCode(LinkCode),
    /// A code that signs another browser in.
    BrowserCode(LinkCode),
}

/// What was done a moment ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// The account was made.
    Made,
    /// The profile was changed.
    Saved,
    /// A passkey was added.
    PasskeyAdded,
    /// A passkey was removed.
    PasskeyRemoved,
    /// A session was ended.
    SessionEnded,
    /// A token was revoked.
    TokenRevoked,
    /// A device was taken.
    DeviceLinked,
    /// A device was let go.
    DeviceUnlinked,
}

impl Done {
    const ALL: [Self; 8] = [
        Self::Made,
        Self::Saved,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::SessionEnded,
        Self::TokenRevoked,
        Self::DeviceLinked,
        Self::DeviceUnlinked,
    ];

    /// The word for it in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Saved => "saved",
            Self::PasskeyAdded => "passkey-added",
            Self::PasskeyRemoved => "passkey-removed",
            Self::SessionEnded => "session-ended",
            Self::TokenRevoked => "token-revoked",
            Self::DeviceLinked => "device-linked",
            Self::DeviceUnlinked => "device-unlinked",
        }
    }

    /// What the word means; `None` for any other word.
    #[must_use]
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|done| done.word() == word)
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::Made => {
                "Welcome. Add a passkey or take recovery codes now, so that you find back in."
            }
            Self::Saved => "Saved.",
            Self::PasskeyAdded => "The passkey is added. You can sign in with it anywhere.",
            Self::PasskeyRemoved => "The passkey is removed and opens nothing any more.",
            Self::SessionEnded => "That browser is signed out.",
            Self::TokenRevoked => "The token is revoked.",
            Self::DeviceLinked => "The screensaver is yours now.",
            Self::DeviceUnlinked => "The screensaver is nobody's now.",
        }
    }
}

/// What is one's own.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// The name in addresses.
    pub handle: Handle,
    /// The name to show.
    pub name: String,
    /// What the person says about themselves.
    pub about: String,
    /// Tags in a line, as they are typed.
    pub tags: String,
    /// Whether the person wants to be found.
    pub listed: bool,
    /// Why an operator hid the person's page, if one did.
    pub hidden: Option<String>,
    /// The team.
    pub team: Option<Handle>,
    /// The address of this website, for commands.
    pub coordinator_url: String,
    /// Whether this website can have passkeys.
    pub passkeys_possible: bool,
    /// Passkeys, oldest first.
    pub passkeys: Vec<AccountPasskey>,
    /// Recovery codes that are left.
    pub recovery_codes: u64,
    /// Sessions, the one used last first.
    pub sessions: Vec<AccountSession>,
    /// Devices, the one linked last first.
    pub devices: Vec<AccountDevice>,
    /// Tokens, newest first.
    pub tokens: Vec<AccountToken>,
    /// A secret that is shown this once.
    pub shown: Option<Shown>,
    /// What was done a moment ago.
    pub done: Option<Done>,
    /// Why the last thing was not done.
    pub problem: Option<String>,
}

impl Page for AccountPage {
    fn here(&self) -> Nav {
        Nav::Account
    }
}

impl AccountPage {
    fn name_chars_max(&self) -> usize {
        limits::NAME_CHARS_MAX
    }

    fn about_chars_max(&self) -> usize {
        ABOUT_CHARS_MAX
    }

    fn tags_max(&self) -> usize {
        TAGS_MAX
    }

    /// Nothing but this browser's cookie leads in.
    fn is_loose(&self) -> bool {
        self.passkeys.is_empty() && self.recovery_codes == 0
    }
}

/// What the page that takes a screensaver shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linking {
    /// A field for the code.
    Ask {
        /// Why the code before was not taken.
        problem: Option<String>,
    },
    /// The device that shows the code: is it this one?
    Confirm {
        /// The code.
        code: LinkCode,
        /// The device's key, in hexadecimal.
        key: String,
        /// Its volunteer's name; may be empty.
        volunteer: String,
        /// Seconds since it introduced itself; `None` when it never did.
        seen_s_ago: Option<u64>,
        /// Segments accepted so far.
        accepted_units: u64,
    },
}

/// Taking a screensaver.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "link.html")]
pub struct LinkPage {
    /// Whose it would be.
    pub handle: Handle,
    /// What is shown.
    pub linking: Linking,
}

impl Page for LinkPage {
    fn here(&self) -> Nav {
        Nav::Account
    }
}

/// The first digits of a key, by which people tell devices apart.
fn short(key: &str) -> &str {
    key.get(..8).unwrap_or(key)
}
