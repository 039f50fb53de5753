//! Forms, with our refusals instead of the framework's.

use axum::Form;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use woolgather_protocol::ProblemKind;

use super::answer::PageError;
use crate::http::error::ApiError;

/// The fields of a form.
#[derive(Debug)]
pub struct FormOf<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for FormOf<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, state: &S) -> Result<Self, PageError> {
        match Form::<T>::from_request(request, state).await {
            Ok(Form(value)) => Ok(Self(value)),
            Err(rejection) => {
                let kind = match rejection.status().as_u16() {
                    413 => ProblemKind::TooLarge,
                    _ => ProblemKind::MalformedRequest,
                };
                Err(ApiError::refused(kind, rejection.body_text()).into())
            }
        }
    }
}
