//! Forms that change something come from our own pages.
//!
//! A browser says where a request comes from: `Sec-Fetch-Site`, or `Origin` where it knows no better. A
//! form on somebody else's page is turned away; a program that says neither has no cookie to misuse.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use url::Url;
use woolgather_protocol::ProblemKind;

use super::answer::PageError;
use crate::http::error::ApiError;
use crate::state::App;

/// The request does not come from somebody else's page.
#[derive(Debug, Clone, Copy)]
pub struct FromHere;

impl FromRequestParts<Arc<App>> for FromHere {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, PageError> {
        match said(&parts.headers, &app.public_url) {
            None | Some(true) => Ok(Self),
            Some(false) => Err(elsewhere().into()),
        }
    }
}

/// The refusal of a form that comes from somebody else's page.
pub(super) fn elsewhere() -> ApiError {
    let detail = "This form was sent from somebody else's page; open ours and send it from there.";
    ApiError::refused(ProblemKind::CrossSite, detail)
}

/// Whether a request says that it comes from our own pages; `None` where it says nothing.
pub(super) fn said(headers: &HeaderMap, public_url: &Url) -> Option<bool> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return match site {
            "same-origin" => Some(true),
            // Nobody's page: an address that was typed, a form that is sent again.
            "none" => None,
            _ => Some(false),
        };
    }
    let origin = text(header::ORIGIN.as_str())?;
    // The address people use, or the one that this very request went to.
    let asked = text(header::HOST.as_str()).unwrap_or_default();
    Some(Url::parse(origin).is_ok_and(|origin| {
        origin.origin() == public_url.origin() || (!asked.is_empty() && origin.authority() == asked)
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_on_somebody_elses_page_is_not_ours() {
        let public: Url = "https://sheep.example/".parse().unwrap();
        let check = |pairs: &[(&'static str, &str)], ours: Option<bool>| {
            let mut headers = HeaderMap::new();
            for (name, value) in pairs {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(said(&headers, &public), ours, "{pairs:?}");
        };
        check(&[], None);
        check(&[("sec-fetch-site", "same-origin")], Some(true));
        check(&[("sec-fetch-site", "none")], None);
        check(&[("sec-fetch-site", "same-site")], Some(false));
        check(&[("sec-fetch-site", "cross-site")], Some(false));
        let lying = [
            ("sec-fetch-site", "cross-site"),
            ("origin", "https://sheep.example"),
        ];
        check(&lying, Some(false));
        check(&[("origin", "https://sheep.example")], Some(true));
        check(&[("origin", "http://sheep.example")], Some(false));
        check(&[("origin", "https://evil.example")], Some(false));
        check(&[("origin", "null")], Some(false));
        let behind = [
            ("origin", "http://127.0.0.1:8420"),
            ("host", "127.0.0.1:8420"),
        ];
        check(&behind, Some(true));
    }
}
