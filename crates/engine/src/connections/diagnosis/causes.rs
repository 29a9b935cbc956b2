//! Which cause fits best. Google says "expired or revoked" for almost everything, so the likeliest is inferred from what
//! is known here: ages, the OAuth client's publishing status, the number of sign-ins, the clock. Nothing here does I/O.

use gantry_store::PublishingStatus;
use google_oauth::{OAuthError, TokenStoreError};
use jiff::{SignedDuration, Timestamp};

use crate::dto::connections::SignInCause;

/// How long a sign-in lasts while its OAuth client's consent screen is in testing.
pub(super) const TESTING_LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// An end counts as the seven days' when it comes this close to them: somebody has to use a connection to notice.
const TESTING_SLACK: SignedDuration = SignedDuration::from_hours(12);
/// Google ends sign-ins that nobody used for six months.
pub(super) const UNUSED_LIFE: SignedDuration = SignedDuration::from_hours(182 * 24);
/// Refresh tokens that Google keeps for an account and an OAuth client, the newest ones.
pub(super) const TOKENS_KEPT: u32 = 100;
/// The same in Google's older text.
pub(super) const TOKENS_KEPT_ONCE: u32 = 25;
/// A clock that is off by more than this breaks things.
const CLOCK_BREAKS: SignedDuration = SignedDuration::from_mins(5);

/// What ended a sign-in, as far as it was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// `invalid_grant`, and whether Google used the word "revoked".
    Grant {
        says_revoked: bool,
    },
    Definite(SignInCause),
}

impl Refusal {
    /// What this failure ends; `None` where it says nothing about the sign-in: the network's, the keychain's, an outage.
    pub fn of(error: &OAuthError, session_only: bool) -> Option<Self> {
        let cause = match error {
            OAuthError::KeyRefused(_) => SignInCause::KeyRefused,
            OAuthError::AccountDeleted(_) => SignInCause::AccountDeleted,
            OAuthError::SignInExpired(said) => {
                let says_revoked = said.to_ascii_lowercase().contains("revoked");
                return Some(Self::Grant { says_revoked });
            }
            OAuthError::RenewalLost(_) => SignInCause::Interrupted,
            OAuthError::ReauthenticationRequired => SignInCause::AdminPolicy,
            OAuthError::ClientRefused(_) | OAuthError::ClientDeleted(_) | OAuthError::ClientDisabled(_) => {
                SignInCause::ClientRefused
            }
            // The process that made a sign-in for one session may be at work with it.
            OAuthError::NotSignedIn if session_only => return None,
            OAuthError::NotSignedIn | OAuthError::NoRefreshToken => SignInCause::NotStored,
            OAuthError::Store(TokenStoreError::Unreadable(_)) => SignInCause::Unreadable,
            _ => return None,
        };
        Some(Self::Definite(cause))
    }
}

/// What is known of a connection when its sign-in ended.
#[derive(Clone, Debug)]
pub(super) struct Facts {
    pub now: Timestamp,
    pub signed_in_at: Option<Timestamp>,
    /// The last time that it worked.
    pub last_used_at: Option<Timestamp>,
    /// What Google said at the sign-in.
    pub sign_in_ends_at: Option<Timestamp>,
    /// What the person said of the OAuth client.
    pub publishing_status: Option<PublishingStatus>,
    /// Refresh tokens that Gantry obtained for this account and OAuth client after this sign-in.
    pub newer_tokens: u32,
    /// The same in the last six months.
    pub tokens_obtained: u32,
    /// How far this computer's clock is ahead of Google's.
    pub clock_skew: Option<SignedDuration>,
}

/// The likeliest cause, and what else fits, the likeliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub cause: SignInCause,
    pub also: Vec<SignInCause>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    No,
    Possible,
    Likely,
}

/// The cause that fits best.
pub(super) fn likeliest(refusal: Refusal, facts: &Facts) -> Verdict {
    let says_revoked = match refusal {
        Refusal::Definite(cause) => {
            let also = Vec::new();
            return Verdict { cause, also };
        }
        Refusal::Grant { says_revoked } => says_revoked,
    };
    let fits = [
        (SignInCause::TestingExpiry, facts.testing_expiry()),
        (SignInCause::Unused, facts.unused()),
        (SignInCause::TooManyTokens, facts.too_many_tokens()),
        (SignInCause::Clock, facts.clock()),
    ];
    let of = |wanted: Fit| fits.into_iter().filter(move |(_, fit)| *fit == wanted);
    let mut causes: Vec<SignInCause> = of(Fit::Likely).map(|(cause, _)| cause).collect();
    if causes.is_empty() {
        causes.push(if says_revoked {
            SignInCause::Revoked
        } else {
            SignInCause::Unknown
        });
    }
    causes.extend(of(Fit::Possible).map(|(cause, _)| cause));
    // Somebody may always have taken the access back: that is never seen from here.
    if causes[0] != SignInCause::Revoked {
        causes.push(SignInCause::Revoked);
    }
    let cause = causes.remove(0);
    Verdict { cause, also: causes }
}

impl Facts {
    fn testing_expiry(&self) -> Fit {
        if self
            .sign_in_ends_at
            .is_some_and(|end| end.duration_since(self.now) <= TESTING_SLACK)
        {
            return Fit::Likely;
        }
        let Some(signed_in_at) = self.signed_in_at else {
            return Fit::No;
        };
        let over = self.now.duration_since(signed_in_at) - TESTING_LIFE;
        let worked_later = self
            .last_used_at
            .is_some_and(|used| used.duration_since(signed_in_at) > TESTING_LIFE + TESTING_SLACK);
        if over < -TESTING_SLACK || worked_later {
            return Fit::No;
        }
        let to_the_day = over <= TESTING_SLACK;
        match self.publishing_status {
            Some(PublishingStatus::Testing) => Fit::Likely,
            Some(PublishingStatus::Production) if to_the_day => Fit::Possible,
            Some(PublishingStatus::Production | PublishingStatus::Internal) => Fit::No,
            None if to_the_day => Fit::Likely,
            None => Fit::Possible,
        }
    }

    fn unused(&self) -> Fit {
        let last = self.last_used_at.max(self.signed_in_at);
        match last {
            Some(last) if self.now.duration_since(last) >= UNUSED_LIFE => Fit::Likely,
            _ => Fit::No,
        }
    }

    fn too_many_tokens(&self) -> Fit {
        if self.newer_tokens >= TOKENS_KEPT {
            Fit::Likely
        } else if self.newer_tokens.max(self.tokens_obtained) >= TOKENS_KEPT_ONCE {
            Fit::Possible
        } else {
            Fit::No
        }
    }

    fn clock(&self) -> Fit {
        match self.clock_skew {
            Some(skew) if skew.abs() >= CLOCK_BREAKS => Fit::Likely,
            _ => Fit::No,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use SignInCause::{
        AccountDeleted, AdminPolicy, ClientRefused, Clock, Interrupted, KeyRefused, NotStored, Revoked, TestingExpiry,
        TooManyTokens, Unknown, Unreadable, Unused,
    };

    const DAY: SignedDuration = SignedDuration::from_hours(24);

    fn now() -> Timestamp {
        "2026-03-10T12:00:00Z".parse().unwrap()
    }

    /// Signed in this many days ago, and used until yesterday or until the sign-in.
    fn facts(days: i32, status: Option<PublishingStatus>) -> Facts {
        let signed_in_at = now() - DAY * days;
        Facts {
            now: now(),
            signed_in_at: Some(signed_in_at),
            last_used_at: Some(signed_in_at.max(now() - DAY)),
            sign_in_ends_at: None,
            publishing_status: status,
            newer_tokens: 0,
            tokens_obtained: 1,
            clock_skew: Some(SignedDuration::from_secs(1)),
        }
    }

    fn unused_since(days: i32) -> Facts {
        Facts {
            last_used_at: Some(now() - DAY * days),
            ..facts(days, None)
        }
    }

    #[test]
    fn r1_r2_r10_the_cause_that_fits_best() {
        use PublishingStatus::{Internal, Production, Testing};
        let tokens = |newer, obtained| Facts {
            newer_tokens: newer,
            tokens_obtained: obtained,
            ..facts(30, Some(Production))
        };
        let ends = Facts {
            sign_in_ends_at: Some(now() - DAY),
            ..facts(20, Some(Production))
        };
        let skewed = Facts {
            clock_skew: Some(SignedDuration::from_hours(26)),
            ..facts(2, Some(Production))
        };
        let slightly = Facts {
            clock_skew: Some(SignedDuration::from_mins(3)),
            ..facts(2, Some(Production))
        };
        // What is known, the cause, what else fits.
        let table: [(Facts, SignInCause, &[SignInCause]); 14] = [
            (facts(2, None), Revoked, &[]),
            (facts(7, None), TestingExpiry, &[Revoked]),
            (facts(7, Some(Testing)), TestingExpiry, &[Revoked]),
            (facts(2, Some(Testing)), Revoked, &[]),
            (facts(7, Some(Production)), Revoked, &[TestingExpiry]),
            (facts(7, Some(Internal)), Revoked, &[]),
            (facts(30, None), Revoked, &[]),
            (ends, TestingExpiry, &[Revoked]),
            (unused_since(30), Revoked, &[TestingExpiry]),
            (unused_since(200), Unused, &[TestingExpiry, Revoked]),
            (tokens(100, 100), TooManyTokens, &[Revoked]),
            (tokens(25, 25), Revoked, &[TooManyTokens]),
            (skewed, Clock, &[Revoked]),
            (slightly, Revoked, &[]),
        ];
        for (number, (facts, cause, also)) in table.into_iter().enumerate() {
            let verdict = likeliest(Refusal::Grant { says_revoked: true }, &facts);
            assert_eq!(
                (verdict.cause, &verdict.also[..]),
                (cause, also),
                "row {number}: {facts:?}"
            );
        }
        let silent = likeliest(Refusal::Grant { says_revoked: false }, &facts(2, None));
        assert_eq!((silent.cause, &silent.also[..]), (Unknown, &[Revoked][..]));
    }

    #[test]
    fn r3_r6_r8_s5_k6_what_google_says_outright_is_not_guessed_at() {
        for (error, expected) in [
            (OAuthError::ReauthenticationRequired, Some(AdminPolicy)),
            (OAuthError::AccountDeleted(String::new()), Some(AccountDeleted)),
            (OAuthError::ClientRefused("deleted".to_owned()), Some(ClientRefused)),
            (OAuthError::RenewalLost(String::new()), Some(Interrupted)),
            (OAuthError::NotSignedIn, Some(NotStored)),
            (
                OAuthError::Store(TokenStoreError::Unreadable("two".to_owned())),
                Some(Unreadable),
            ),
            (
                OAuthError::KeyRefused("Invalid JWT Signature.".to_owned()),
                Some(KeyRefused),
            ),
            (OAuthError::Unavailable { status: 503 }, None),
            (OAuthError::UnexpectedAnswer("html".to_owned()), None),
            (OAuthError::Interrupted, None),
            (OAuthError::Store(TokenStoreError::Locked("x".to_owned())), None),
            (OAuthError::Store(TokenStoreError::TimedOut(1)), None),
        ] {
            let refusal = Refusal::of(&error, false);
            assert_eq!(refusal, expected.map(Refusal::Definite), "{error}");
        }
        assert_eq!(Refusal::of(&OAuthError::NotSignedIn, true), None);
    }
}
