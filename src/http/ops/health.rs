//! Probes: is the process alive, is it ready to answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::http::bases::Bases;
use crate::http::lifecycle::Lifecycle;
use crate::http::problem::{Code, Probe, Problem, ReadinessProbe, Refusals};
use crate::knowledge_base::{Listed, NoticeCode, cause_chain};
use crate::store::Store;

/// State of the service.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Health {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Says that the process is alive.
#[utoipa::path(get, path = "/livez", operation_id = "livez", tag = "operation",
    responses((status = 200, description = "The process is alive", body = Health), Refusals<Probe>))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The service is ready; what operators should know all the same.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Readiness {
    #[schema(example = "ok")]
    status: &'static str,
    /// Empty where everything is as it was published.
    notices: Vec<KnowledgeBaseNotice>,
}

/// Something an operator should know about what is live.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct KnowledgeBaseNotice {
    kb: String,
    code: NoticeCode,
    /// What it is and what to do about it, in Chinese.
    message: String,
}

/// Says whether the knowledge bases are prepared, and what is unusual about them.
#[utoipa::path(get, path = "/readyz", operation_id = "readyz", tag = "operation",
    responses((status = 200, description = "Requests are answered", body = Readiness), Refusals<ReadinessProbe>))]
pub(crate) async fn ready(
    State(bases): State<Arc<Bases>>,
    State(lifecycle): State<Arc<Lifecycle>>,
    State(store): State<Option<Store>>,
) -> Result<Json<Readiness>, Problem> {
    if lifecycle.is_stopping() {
        return Err(Problem::new(Code::NotReady, "the server is stopping"));
    }
    let mut notices = Vec::new();
    let trouble = store.and_then(|store| store.trouble()).map(|error| {
        let why = cause_chain(&*error);
        format!("数据库打不开，会一直重试；新的记录先写在日志文件里，反馈和评分暂不接受：{why}")
    });
    let registry = bases.ready()?;
    let unagreed = registry.unagreed().map(|why| {
        format!("各副本共用的数据库没有回答，别的副本可能已发布了新版本；会一直再问，这期间不能发布和回滚：{why}")
    });
    for Listed { name: kb, open } in registry.list() {
        let Some(live) = open.map(|base| base.live()) else { continue };
        notices.extend(trouble.clone().map(|message| KnowledgeBaseNotice {
            kb: kb.clone(),
            code: NoticeCode::NotKept,
            message,
        }));
        notices.extend(unagreed.clone().map(|message| KnowledgeBaseNotice {
            kb: kb.clone(),
            code: NoticeCode::NotAgreed,
            message,
        }));
        notices.extend(live.notices.iter().map(|notice| KnowledgeBaseNotice {
            kb: kb.clone(),
            code: notice.code,
            message: notice.message.clone(),
        }));
    }
    Ok(Json(Readiness { status: "ok", notices }))
}
