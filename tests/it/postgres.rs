//! A PostgreSQL of the distribution's package, in a temporary directory, on a Unix socket; it ends with this process.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, Mutex, PoisonError};

/// Makes a server, does as it is told line by line, and removes everything when no more lines can come.
const KEEPER: &str = r#"
bin=$1
dir=$(mktemp -d) || exit 1
end() { "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1; rm -rf "$dir"; }
trap end EXIT
trap 'exit 1' HUP INT TERM
start() {
    "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w \
        -o "-k $dir -c listen_addresses='' -c fsync=off -c max_connections=300" start >/dev/null
}
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync >/dev/null && start || exit 1
echo "$dir"
while read -r order name; do
    case $order in
    create) "$bin/createdb" -h "$dir" -U postgres "$name" ;;
    stop) "$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null ;;
    start) start ;;
    esac || exit 1
    echo done
done
"#;

/// A running server.
#[derive(Debug)]
pub(crate) struct Postgres {
    orders: ChildStdin,
    replies: BufReader<ChildStdout>,
    dir: String,
    /// Ends by itself when its orders end.
    _keeper: Child,
}

impl Postgres {
    /// Starts one; `None`, with a word, where the package is not installed.
    #[expect(clippy::print_stderr, reason = "a test that is passed over says so")]
    pub(crate) fn start() -> Option<Self> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
        let Some(bin) = versions.map(|version| version.path().join("bin")).find(|bin| bin.join("initdb").exists())
        else {
            eprintln!("PostgreSQL is not installed (apt-get install postgresql): nothing was tested with it");
            return None;
        };
        // It refuses to run as root; the package brings a user for it.
        let is_root = Path::new("/root").metadata().is_ok() && std::fs::read_dir("/root").is_ok();
        let mut command = if is_root {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--", "sh"]);
            command
        } else {
            Command::new("sh")
        };
        command.args(["-c", KEEPER, "keeper"]).arg(bin).current_dir("/");
        let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (orders, replies) = (keeper.stdin.take().unwrap(), BufReader::new(keeper.stdout.take().unwrap()));
        let mut started = Self { orders, replies, dir: String::new(), _keeper: keeper };
        started.dir = started.reply();
        Some(started)
    }

    /// Makes an empty database; its URL.
    pub(crate) fn database(&mut self) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("yingda{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.tell(&format!("create {name}"));
        format!("postgres://postgres@localhost/{name}?host={}", self.dir)
    }

    /// `stop` ends the server at once, as a crash would; `start` starts it again.
    pub(crate) fn tell(&mut self, order: &str) {
        writeln!(self.orders, "{order}").unwrap();
        assert_eq!(self.reply(), "done", "{order}");
    }

    fn reply(&mut self) -> String {
        let mut line = String::new();
        self.replies.read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "PostgreSQL did not start or stop; what it said stands above");
        line.trim_end().to_owned()
    }
}

/// An empty database of a server that all tests of this process share; `None` where PostgreSQL is not installed.
pub(crate) fn database() -> Option<String> {
    static SHARED: LazyLock<Option<Mutex<Postgres>>> = LazyLock::new(|| Postgres::start().map(Mutex::new));
    let shared = SHARED.as_ref()?;
    Some(shared.lock().unwrap_or_else(PoisonError::into_inner).database())
}
