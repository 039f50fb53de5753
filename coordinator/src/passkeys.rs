//! Passkeys: what a browser is asked, and whether its answer is good.
//!
//! A ceremony has two halves. The first makes a question for the browser and a state for us; the second checks
//! the answer against that state, which the store hands out once. Passkeys are discoverable and verify their
//! person, so that nobody types who they are and no second factor is missing.
//!
//! ```text
//! begin -> (state -> store, question -> browser -> authenticator -> answer) -> finish
//! ```
//!
//! Attestations are not asked for: who made an authenticator is nobody's business here.

use serde_json::Value;
use url::{Host, Url};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, Nickname, PublicKeyCredentialUserEntity, RegistrationVerificationOptions,
    UserHandle16, Username,
};
use webauthn_rp::request::{AsciiDomain, DomainOrigin, PublicKeyCredentialDescriptor, RpId};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication16, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};
use woolgather_coordinator_core::PersonId;
use woolgather_protocol::{Problem, ProblemKind};

use crate::store::{NewPasskey, PasskeyRow, PersonRow};

/// A person's handle at an authenticator is their id's 16 bytes.
const USER_BYTES: usize = 16;

/// A question for a browser, and what is remembered of it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// For the store.
    pub state: Vec<u8>,
    /// For the browser: the options of `navigator.credentials`, binary values in base64url.
    pub question: Value,
}

/// A sign-in that a browser claims; read, not believed.
#[derive(Debug)]
pub struct Claim(DiscoverableAuthentication16);

impl Claim {
    /// Reads an answer.
    ///
    /// # Errors
    ///
    /// `passkey-refused` when it is none.
    pub fn read(answer: &[u8]) -> Result<Self, Problem> {
        DiscoverableAuthentication16::from_json_relaxed(answer)
            .map(Self)
            .map_err(|error| refused(&error))
    }

    /// The name of the passkey that it claims to be of, as the store knows it.
    #[must_use]
    pub fn passkey(&self) -> String {
        name_of(self.0.raw_id().as_ref())
    }
}

/// Passkeys of one website.
#[derive(Debug, Clone)]
pub struct Passkeys {
    site: RpId,
    /// Scheme, host and port as browsers say them.
    origin: String,
}

impl Passkeys {
    /// Passkeys of the website at this address; `None` where its host is no name but an address, or where
    /// browsers would not make any because the connection is open to others: passkeys belong to a name.
    #[must_use]
    pub fn of(public_url: &Url) -> Option<Self> {
        let Some(Host::Domain(name)) = public_url.host() else {
            return None;
        };
        if public_url.scheme() != "https" && name != "localhost" {
            return None;
        }
        let site = AsciiDomain::try_from(name.to_owned()).ok()?;
        Some(Self {
            site: RpId::Domain(site),
            origin: public_url.origin().ascii_serialization(),
        })
    }

    /// Asks a browser to make a passkey for a person who has these.
    ///
    /// # Errors
    ///
    /// Only a bug of ours.
    pub fn begin_making(&self, person: &PersonRow, has: &[PasskeyRow]) -> anyhow::Result<Asked> {
        let user = user_handle(person.id);
        let entity = PublicKeyCredentialUserEntity {
            name: Username::try_from(person.handle.as_str())?,
            id: &user,
            display_name: Nickname::try_from(person.name.as_str()).ok(),
        };
        let known = has.iter().filter_map(|passkey| {
            let id = data_encoding::BASE64URL_NOPAD.decode(passkey.id.as_bytes());
            Some(PublicKeyCredentialDescriptor {
                id: CredentialId::decode(id.ok()?).ok()?,
                transports: AuthTransports::decode(0).ok()?,
            })
        });
        let mut options =
            PublicKeyCredentialCreationOptions::passkey(&self.site, entity, known.collect());
        // Authenticators that know no protection of credentials would refuse; that their person is verified is
        // asked for, and looked at, each time.
        options.extensions.cred_protect = CredProtect::None;
        let (state, question) = options.start_ceremony()?;
        Ok(Asked {
            state: state.encode()?,
            question: serde_json::to_value(&question)?,
        })
    }

    /// Checks a browser's answer to [`Passkeys::begin_making`].
    ///
    /// # Errors
    ///
    /// `passkey-refused` when the answer is not one to that question.
    pub fn finish_making(
        &self,
        state: &[u8],
        answer: &[u8],
        name: &str,
    ) -> Result<NewPasskey, Problem> {
        let state = RegistrationServerState::<USER_BYTES>::decode(state);
        let state = state.map_err(|error| refused(&error))?;
        let answer = Registration::from_json_relaxed(answer).map_err(|error| refused(&error))?;
        let origin = self.origin()?;
        let origins = [origin];
        let options = RegistrationVerificationOptions::<DomainOrigin<'_, '_>, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let made = state.verify(&self.site, &answer, &options);
        let made = made.map_err(|error| refused(&error))?;
        let Ok(counter) = made.dynamic_state().encode();
        Ok(NewPasskey {
            id: name_of(made.id().as_ref()),
            name: name.to_owned(),
            public: made
                .static_state()
                .encode()
                .map_err(|error| refused(&error))?,
            counter: counter.to_vec(),
        })
    }

    /// Asks a browser for any passkey of this website.
    ///
    /// # Errors
    ///
    /// Only a bug of ours.
    pub fn begin_sign_in(&self) -> anyhow::Result<Asked> {
        let options = DiscoverableCredentialRequestOptions::passkey(&self.site);
        let (state, question) = options.start_ceremony()?;
        Ok(Asked {
            state: state.encode()?,
            question: serde_json::to_value(&question)?,
        })
    }

    /// Checks a browser's answer to [`Passkeys::begin_sign_in`] against the passkey that it claims; returns the
    /// passkey's new counter.
    ///
    /// # Errors
    ///
    /// `passkey-refused` when the answer is not one to that question, or not by that passkey.
    pub fn finish_sign_in(
        &self,
        state: &[u8],
        claim: &Claim,
        passkey: &PasskeyRow,
    ) -> Result<Vec<u8>, Problem> {
        let state = DiscoverableAuthenticationServerState::decode(state);
        let state = state.map_err(|error| refused(&error))?;
        let user = user_handle(passkey.person);
        let key = StaticState::<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>::decode(
            &passkey.public,
        );
        let key = key.map_err(|error| refused(&error))?;
        let counter = passkey.counter.as_slice().try_into();
        let counter = counter.map_err(|error| refused(&error))?;
        let counter = DynamicState::decode(counter).map_err(|error| refused(&error))?;
        let known = AuthenticatedCredential::new(claim.0.raw_id(), &user, key, counter);
        let mut known = known.map_err(|error| refused(&error))?;
        let origin = self.origin()?;
        let origins = [origin];
        let options = AuthenticationVerificationOptions::<DomainOrigin<'_, '_>, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        state
            .verify(&self.site, &claim.0, &mut known, &options)
            .map_err(|error| refused(&error))?;
        let Ok(counter) = known.dynamic_state().encode();
        Ok(counter.to_vec())
    }

    fn origin(&self) -> Result<DomainOrigin<'_, '_>, Problem> {
        DomainOrigin::try_from(self.origin.as_str()).map_err(|error| refused(&error))
    }
}

fn user_handle(person: PersonId) -> UserHandle16 {
    let Ok(handle) = UserHandle16::decode(person.0);
    handle
}

/// A credential's id as text.
fn name_of(id: &[u8]) -> String {
    data_encoding::BASE64URL_NOPAD.encode(id)
}

fn refused(reason: &dyn std::fmt::Display) -> Problem {
    let detail = format!("The answer does not fit the question: {reason}.");
    Problem::new(ProblemKind::PasskeyRefused, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_belong_to_names_that_others_cannot_listen_to() {
        let there = |url: &str| Passkeys::of(&Url::parse(url).unwrap()).is_some();
        assert!(there("https://flock.example/"));
        assert!(there("https://flock.example:8443/"));
        assert!(there("http://localhost:7878/"));
        assert!(!there("http://flock.example/"));
        assert!(!there("http://127.0.0.1:7878/"));
        assert!(!there("https://[2001:db8::1]/"));
    }

    #[test]
    fn what_is_no_answer_is_refused() {
        for text in ["", "{}", r#"{"id":"AAAA"}"#] {
            let problem = Claim::read(text.as_bytes()).unwrap_err();
            assert_eq!(problem.kind, ProblemKind::PasskeyRefused);
        }
    }
}
