use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::place::Step;
use super::*;

const CANARY: &str = "1//canary-refresh-token";
/// scrypt at its cheapest.
const CHEAP: u8 = 1;
/// Which step the child process is to be killed after.
const KILLED_AFTER: &str = "GANTRY_TEST_KILLED_AFTER";
const FILE: &str = "GANTRY_TEST_FILE";

struct Typed(&'static str, AtomicUsize);

impl Typed {
    fn new(passphrase: &'static str) -> Arc<Self> {
        Arc::new(Self(passphrase, AtomicUsize::new(0)))
    }
}

impl PassphraseSource for Typed {
    fn passphrase(&self, _: &Path, _: bool) -> Result<SecretString, NoTokenStore> {
        self.1.fetch_add(1, Ordering::SeqCst);
        Ok(SecretString::new(self.0))
    }
}

fn opener(path: &Path, service: &str, passphrase: &'static str) -> EncryptedFileOpener {
    EncryptedFileOpener::new(path.to_owned(), service, Typed::new(passphrase)).with_work_factor(CHEAP)
}

async fn opened(path: &Path) -> Arc<dyn TokenStore> {
    opener(path, "app.gantry.google", "correct horse")
        .open()
        .await
        .unwrap()
        .store
}

fn secret(text: &str) -> SecretBytes {
    SecretBytes::new(text.as_bytes())
}

#[tokio::test]
async fn secrets_survive_the_process_and_no_profile_finds_those_of_another() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.age");
    let source = Typed::new("correct horse");
    let first = EncryptedFileOpener::new(path.clone(), "app.gantry.google", Arc::clone(&source) as _)
        .with_work_factor(CHEAP)
        .open()
        .await
        .unwrap();
    assert_eq!(first.name, format!("an encrypted file ({})", path.display()));
    assert_eq!(first.store.persistence(), Persistence::EncryptedFile);
    first.store.set("a", &secret(CANARY)).await.unwrap();
    first.store.set("b", &SecretBytes::new(vec![0, 0xff])).await.unwrap();
    assert_eq!(source.1.load(Ordering::SeqCst), 1, "asked once a process");

    let again = opened(&path).await;
    assert_eq!(again.get("a").await.unwrap(), Some(secret(CANARY)));
    assert_eq!(again.get("b").await.unwrap(), Some(SecretBytes::new(vec![0, 0xff])));
    // What one process writes, the other sees.
    again.delete("b").await.unwrap();
    assert_eq!(first.store.get("b").await.unwrap(), None);
    again.delete("b").await.unwrap();

    let other = opener(&path, "app.gantry.loopback-1", "correct horse");
    assert_eq!(other.open().await.unwrap().store.get("a").await.unwrap(), None);
}

#[tokio::test]
async fn the_file_holds_no_secret_in_the_clear_and_is_the_users_alone() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.age");
    let store = opened(&path).await;
    store.set("connection", &secret(CANARY)).await.unwrap();
    for entry in std::fs::read_dir(home.path()).unwrap() {
        let file = entry.unwrap().path();
        let bytes = std::fs::read(&file).unwrap();
        for canary in [CANARY, "connection", "correct horse", "app.gantry"] {
            assert!(
                !bytes.windows(canary.len()).any(|window| window == canary.as_bytes()),
                "{canary} in {file:?}"
            );
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(
                std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
                0o600,
                "{file:?}"
            );
        }
    }
    assert!(
        std::fs::read(&path)
            .unwrap()
            .starts_with(b"age-encryption.org/v1\n-> scrypt ")
    );
}

#[tokio::test]
async fn a_wrong_passphrase_is_named_and_the_right_one_opens_the_file_afterwards() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.age");
    opened(&path).await.set("a", &secret(CANARY)).await.unwrap();
    let before = std::fs::read(&path).unwrap();
    let refused = opener(&path, "app.gantry.google", "wrong").open().await.err().unwrap();
    assert_eq!(refused.problem, StoreProblem::Locked);
    assert!(refused.reason.contains("passphrase"), "{refused:?}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    assert_eq!(opened(&path).await.get("a").await.unwrap(), Some(secret(CANARY)));
}

#[tokio::test]
async fn a_damaged_file_is_named_and_never_overwritten() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.age");
    let store = opened(&path).await;
    store.set("a", &secret(CANARY)).await.unwrap();
    let whole = std::fs::read(&path).unwrap();
    let mut flipped = whole.clone();
    *flipped.last_mut().unwrap() ^= 1;
    let damaged: [&[u8]; 6] = [
        b"",
        b"not ours",
        &whole[..whole.len() / 2],
        &whole[..whole.len() - 1],
        &flipped,
        b"age-encryption.org/v1\n-> scrypt AAAAAAAAAAAAAAAAAAAAAA 63\nAAAA\n",
    ];
    for bytes in damaged {
        std::fs::write(&path, bytes).unwrap();
        let refused = opener(&path, "app.gantry.google", "correct horse").open().await;
        let refused = refused.err().unwrap();
        assert_eq!(refused.problem, StoreProblem::Broken, "{refused:?}");
        assert!(refused.remedy.contains("backup"), "{refused:?}");
        // A store that was open before does not overwrite it either.
        let write = store.set("b", &secret("x")).await;
        assert!(matches!(write, Err(TokenStoreError::Refused(_))), "{write:?}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes);
    }
    std::fs::write(&path, &whole).unwrap();
    assert_eq!(store.get("a").await.unwrap(), Some(secret(CANARY)));
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_that_others_may_read_is_refused_with_the_command_to_run() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.age");
    let store = opened(&path).await;
    for mode in [0o640, 0o604, 0o660, 0o777] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let refused = opener(&path, "app.gantry.google", "correct horse").open().await;
        let refused = refused.err().unwrap();
        assert_eq!(refused.remedy, format!("Run: chmod 600 '{}'", path.display()));
        assert!(store.get("a").await.is_err());
    }
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(store.get("a").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_writers_lose_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("secrets.age");
    opened(&path).await;
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..8 {
        // As processes of their own would: each opens the file for itself.
        let store = opened(&path).await;
        writers.spawn(async move {
            for turn in 0..5 {
                store.set(&format!("{writer}-{turn}"), &secret(CANARY)).await.unwrap();
            }
        });
    }
    while let Some(done) = writers.join_next().await {
        done.unwrap();
    }
    let store = opened(&path).await;
    for writer in 0..8 {
        for turn in 0..5 {
            assert!(store.get(&format!("{writer}-{turn}")).await.unwrap().is_some());
        }
    }
}

fn die_here(step: Step) {
    if std::env::var(KILLED_AFTER).is_ok_and(|at| at == format!("{step:?}")) {
        println!("at the step");
        loop {
            std::thread::park();
        }
    }
}

/// The process that is killed: writes another secret and stops for ever after the step that it was told.
#[test]
#[ignore = "a part of the next test"]
fn a_writer_to_be_killed() {
    let path = PathBuf::from(std::env::var_os(FILE).expect("the test that starts this names the file"));
    let mut place = Place::new(path);
    place.after = Some(die_here);
    let passphrases = Typed::new("correct horse");
    let file = open(Arc::new(place), "app.gantry.google".to_owned(), &*passphrases, CHEAP).unwrap();
    file.0
        .change(|document| document.set("app.gantry.google", "a", secret("new")))
        .unwrap();
}

#[tokio::test]
async fn a_writer_killed_at_any_step_leaves_a_whole_file_and_no_lock() {
    for step in [
        Step::Begun,
        Step::HalfWritten,
        Step::Written,
        Step::Synced,
        Step::Renamed,
    ] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("secrets.age");
        opened(&path).await.set("a", &secret("old")).await.unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--ignored", "--exact", "--nocapture"])
            .arg("encrypted_file::tests::a_writer_to_be_killed")
            .env(KILLED_AFTER, format!("{step:?}"))
            .env(FILE, &path)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        assert!(said.any(|line| line.unwrap().contains("at the step")), "{step:?}");
        child.kill().unwrap();
        child.wait().unwrap();

        let store = opened(&path).await;
        let expected = if step == Step::Renamed { "new" } else { "old" };
        assert_eq!(store.get("a").await.unwrap(), Some(secret(expected)), "{step:?}");
        store.set("a", &secret("newer")).await.unwrap();
        assert_eq!(store.get("a").await.unwrap(), Some(secret("newer")), "{step:?}");
    }
}
