//! `GET /v1/customers/{customer_id}`: what is stored of a customer.

use axum::Json;
use axum::extract::Path;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::http::keeping::{Keeping, failed};
use crate::http::problem::{Problem, Recalling, Refusals};
use crate::record::AuditAction;
use crate::store::CustomerData;

/// Everything of a customer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CustomerResponse {
    customer_id: String,
    #[serde(flatten)]
    data: CustomerData,
}

/// Names in the path; of a named knowledge base there is one more.
#[derive(Debug, Deserialize)]
pub(crate) struct CustomerPath {
    pub(super) customer_id: String,
}

/// Hands out what is stored of a customer, masked as it is stored; empty lists where nothing is.
#[utoipa::path(get, path = "/customers/{customer_id}", operation_id = "export_customer", tag = "customers",
    params(("customer_id" = String, Path, description = "As requests name the customer", example = "c-1")),
    responses((status = 200, description = "What is stored", body = CustomerResponse), Refusals<Recalling>))]
pub(crate) async fn export(
    keeping: Keeping,
    Path(CustomerPath { customer_id }): Path<CustomerPath>,
) -> Result<Json<CustomerResponse>, Problem> {
    let data = keeping.store.export_customer(keeping.kb(), &customer_id).await.map_err(|error| failed(&error))?;
    keeping.audit(AuditAction::CustomerExported).await;
    Ok(Json(CustomerResponse { customer_id, data }))
}
