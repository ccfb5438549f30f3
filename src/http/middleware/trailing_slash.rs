//! Paths below `/v1` and the probes may end in a slash; they mean the same without.

use axum::http::uri::{PathAndQuery, Uri};

/// The address without the slash at the end of its path; `None` where there is nothing to take away.
pub(crate) fn without(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let trimmed = path.strip_suffix('/').filter(|rest| rest.starts_with("/v1/") || is_page_of_machines(rest))?;
    let both = match uri.query() {
        Some(query) => format!("{trimmed}?{query}"),
        None => trimmed.to_owned(),
    };
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(both).ok()?);
    Uri::from_parts(parts).ok()
}

fn is_page_of_machines(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz" | "/metrics" | "/openapi.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slash_at_the_end_is_taken_away_where_paths_mean_endpoints() {
        for (given, wanted) in [
            ("/v1/answer/", Some("/v1/answer")),
            ("/v1/suggest/?q=a/", Some("/v1/suggest?q=a/")),
            ("/readyz/", Some("/readyz")),
            ("/v1/answer", None),
            ("/docs/", None), // the page lives there
            ("/", None),
            ("/v1/", None),
            ("/v1/answer//", Some("/v1/answer/")), // still no path
        ] {
            let found = without(&given.parse().unwrap());
            assert_eq!(found.map(|uri| uri.to_string()).as_deref(), wanted, "{given}");
        }
    }
}
