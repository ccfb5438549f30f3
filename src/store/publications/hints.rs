//! Listens for what other replicas say of their publications. Poolers and some databases that speak PostgreSQL's protocol
//! know no notifications; then nothing is heard, and whoever waits asks as it would without.

use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::PgListener;
use tokio::sync::Notify;

/// What is listened to.
pub(super) const CHANNEL: &str = "yingda_publications";
/// Until it is tried again.
const RETRY: Duration = Duration::from_secs(15);

/// Runs as long as the service.
pub(super) async fn listen(url: String, woken: Arc<Notify>) {
    let mut told = false;
    loop {
        if let Err(error) = heard(&url, &woken).await
            && !std::mem::replace(&mut told, true)
        {
            tracing::info!(%error, "the database sends no notifications; publications are found by asking");
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Wakes for every notification until the connection ends.
async fn heard(url: &str, woken: &Notify) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    // Something may have been said while nobody listened.
    woken.notify_one();
    while listener.try_recv().await?.is_some() {
        woken.notify_one();
    }
    Ok(())
}
