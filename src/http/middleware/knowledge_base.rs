//! Which knowledge base a request is for, and the one snapshot it is answered from.

use std::sync::Arc;

use axum::extract::{FromRequestParts, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use crate::config::DEFAULT_KB;
use crate::knowledge_base::KnowledgeBase;
use crate::snapshot::Snapshot;

use super::auth::Caller;
use super::observe::KbName;
use crate::http::bases::Bases;
use crate::http::problem::{Code, Problem};

/// Middleware: finds the knowledge base named in the path, or the default one, and leaves it in the request.
pub(crate) async fn choose(
    State(bases): State<Arc<Bases>>,
    params: RawPathParams,
    mut request: Request,
    next: Next,
) -> Response {
    let named = params.iter().find(|(name, _)| *name == "kb").map_or(DEFAULT_KB, |(_, value)| value);
    let caller = request.extensions().get::<Arc<Caller>>().map(AsRef::as_ref);
    let base = match find(&bases, caller, named) {
        Ok(base) => base,
        Err(problem) => return problem.into_response(),
    };
    let name = KbName(Arc::clone(&base));
    request.extensions_mut().insert(base);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(name);
    response
}

/// A key that is bound to other knowledge bases does not learn whether this one exists.
fn find(bases: &Bases, caller: Option<&Caller>, name: &str) -> Result<Arc<KnowledgeBase>, Problem> {
    let bound = caller.and_then(|caller| caller.key.knowledge_bases.as_ref());
    if bound.is_some_and(|bound| !bound.iter().any(|allowed| allowed == name)) {
        return Err(Problem::new(Code::Forbidden, "this API key is not for this knowledge base"));
    }
    let base = bases.ready()?.get(name);
    base.cloned().ok_or_else(|| Problem::new(Code::NotFound, "no such knowledge base"))
}

/// Extractor: the snapshot this request is answered from, taken once.
#[derive(Debug)]
pub(crate) struct Current(pub(crate) Arc<Snapshot>);

/// Extractor: the knowledge base itself, for the handlers that change it.
#[derive(Debug)]
pub(crate) struct Base(pub(crate) Arc<KnowledgeBase>);

impl<S: Send + Sync> FromRequestParts<S> for Base {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let base = parts.extensions.get::<Arc<KnowledgeBase>>();
        base.cloned().map(Self).ok_or_else(|| Problem::new(Code::Internal, "the route names no knowledge base"))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Current {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Base(base) = Base::from_request_parts(parts, state).await?;
        Ok(Self(base.snapshot()))
    }
}
