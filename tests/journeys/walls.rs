//! The window's walls, tried from inside: a script that has got into the real window's page reaches nothing but the
//! engine's commands. And one window a profile, with and without a bus.

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    process::Command,
};

use journeys::{browser::Browser, desktop::Desktop, hits::Hits, process::Finished, programs, window::Window};
use serde_json::Value;

/// Runs a script that ends with `done(value)`.
async fn ask(window: &Window, script: &str, arguments: Vec<Value>) -> Value {
    let script = format!("const done = arguments[arguments.length - 1];\n{script}");
    window.page.client.execute_async(&script, arguments).await.unwrap()
}

async fn address(window: &Window) -> String {
    window.page.client.current_url().await.unwrap().to_string()
}

/// The window at its first screen, in a world without any sign-in.
async fn opened(desktop: &Desktop) -> Window {
    let window = Window::open(desktop, &[], &[]).await;
    window.page.see("What would you like to do first?").await;
    window
}

/// U2, and no remote content: whatever a script in our page tries, nobody outside hears of it, and it stays our page.
#[tokio::test(flavor = "multi_thread")]
async fn u2_nothing_leaves_the_page_and_nothing_foreign_comes_in() {
    let desktop = Desktop::start();
    let hits = Hits::start();
    let window = opened(&desktop).await;
    let before = address(&window).await;
    assert!(before.starts_with("tauri://localhost"), "{before}");

    let tried = ask(
        &window,
        r"
        const [address] = arguments;
        const http = `http://${address}/`;
        const outcomes = {};
        // Each attempt is over when the page has been told so: by an event, a rejection or an exception.
        const attempt = (name, act) => new Promise((over) => {
            const tell = (outcome) => { outcomes[name] ??= outcome; over(); };
            try { act(tell); } catch (error) { tell(`threw ${error.name}`); }
        });
        const violated = (directive, tell) => document.addEventListener('securitypolicyviolation', function hear(event) {
            if (!event.effectiveDirective.startsWith(directive)) return;
            document.removeEventListener('securitypolicyviolation', hear);
            tell(`violates ${event.effectiveDirective}`);
        });
        const element = (name, changes, tell) => {
            const made = document.createElement(name);
            made.onload = () => tell('loaded');
            made.onerror = () => tell('failed');
            Object.assign(made, changes);
            document.body.append(made);
            return made;
        };
        const steps = [
            ['image', (tell) => element('img', { src: http + 'image' }, tell)],
            ['script', (tell) => element('script', { src: http + 'script' }, tell)],
            ['style', (tell) => element('link', { rel: 'stylesheet', href: http + 'style' }, tell)],
            ['frame', (tell) => { violated('frame-src', tell); element('iframe', { src: http + 'frame' }, () => {}); }],
            ['object', (tell) => { violated('object-src', tell); element('object', { data: http + 'object' }, () => {}); }],
            ['video', (tell) => { violated('media-src', tell); element('video', { src: http + 'video' }, () => {}).load(); }],
            ['font', (tell) => new FontFace('foreign', `url(${http}font)`).load().then(() => tell('loaded'), () => tell('failed'))],
            ['fetch', (tell) => fetch(http + 'fetch', { mode: 'no-cors' }).then(() => tell('loaded'), () => tell('failed'))],
            ['request', (tell) => {
                const request = new XMLHttpRequest();
                request.onload = () => tell('loaded');
                request.onerror = () => tell('failed');
                request.open('GET', http + 'request');
                request.send();
            }],
            ['socket', (tell) => {
                violated('connect-src', tell);
                const socket = new WebSocket(`ws://${address}/socket`);
                socket.onopen = () => tell('loaded');
                socket.onerror = () => tell('failed');
            }],
            ['events', (tell) => {
                violated('connect-src', tell);
                const source = new EventSource(http + 'events');
                source.onopen = () => tell('loaded');
                source.onerror = () => { source.close(); tell('failed'); };
            }],
            ['beacon', (tell) => { violated('connect-src', tell); navigator.sendBeacon(http + 'beacon', 'x'); }],
            ['worker', (tell) => { const worker = new Worker(http + 'worker'); worker.onerror = () => tell('failed'); }],
            ['form', (tell) => {
                violated('form-action', tell);
                const form = element('form', { action: http + 'form', method: 'post' }, () => {});
                form.submit();
            }],
            ['base', (tell) => { violated('base-uri', tell); element('base', { href: http }, () => {}); }],
            ['window', (tell) => tell(window.open(http + 'window') === null ? 'refused' : 'loaded')],
        ];
        (async () => {
            for (const [name, act] of steps) await attempt(name, act);
            done(outcomes);
        })();
        ",
        vec![Value::from(hits.address())],
    )
    .await;
    let outcomes = tried.as_object().unwrap();
    assert_eq!(outcomes.len(), 16, "{tried:#}");
    for (name, outcome) in outcomes {
        let outcome = outcome.as_str().unwrap_or_default();
        // Refused by the policy or by trusted types; any other exception would be a mistake of this script's.
        let refusals = ["failed", "refused", "threw SecurityError", "threw TypeError"];
        assert!(
            refusals.contains(&outcome) || outcome.starts_with("violates "),
            "{name}: {outcome}"
        );
    }

    // Away with the whole page: each way is tried, then the engine is asked something, which passes the same process.
    for away in [
        "location.href = arguments[0]",
        "location.replace(arguments[0])",
        "const link = document.createElement('a'); link.href = arguments[0]; link.click()",
        "const link = document.createElement('a'); link.href = arguments[0]; link.target = '_blank'; link.click()",
        "location.href = 'data:text/html,foreign'",
        "location.href = URL.createObjectURL(new Blob(['foreign'], { type: 'text/html' }))",
        "location.href = 'file:///etc/hostname'",
        "location.href = 'about:blank'",
    ] {
        let address_of_hits = Value::from(format!("http://{}/away", hits.address()));
        let _ = window.page.client.execute(away, vec![address_of_hits]).await;
        assert_eq!(answered(&window).await, Value::Bool(true), "{away}");
        assert_eq!(address(&window).await, before, "{away}");
    }
    assert!(window.page.text().await.contains("What would you like to do first?"));
    assert_eq!(window.page.client.windows().await.unwrap().len(), 1, "no second window");
    assert_eq!(hits.seen(), [""; 0]);
    window.close().await;

    // A counter that counts nothing proves nothing.
    std::net::TcpStream::connect(hits.address()).unwrap();
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while hits.seen().is_empty() {
        assert!(std::time::Instant::now() < deadline, "the counter counts");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

/// Whether the page still has the engine's ear.
async fn answered(window: &Window) -> Value {
    ask(
        window,
        "window.__TAURI_INTERNALS__.invoke('dispatch', { name: 'app.status', request: {} })
             .then((status) => done('version' in status), (error) => done(String(error)));",
        vec![],
    )
    .await
}

/// U2: a frame gets none of the page's ways to the engine, whatever it is made of.
#[tokio::test(flavor = "multi_thread")]
async fn u2_a_frame_cannot_ask_the_engine() {
    let desktop = Desktop::start();
    let window = opened(&desktop).await;
    let found = ask(
        &window,
        r"
        const frames = {
            blank: {},
            about: { src: 'about:blank' },
            data: { src: 'data:text/html,<script>parent.postMessage(typeof __TAURI_INTERNALS__, `*`)</script>' },
            blob: { src: URL.createObjectURL(new Blob(['<script>parent.reached = true</script>'], { type: 'text/html' })) },
            own: { src: '/index.html' },
        };
        const reached = [];
        window.addEventListener('message', (event) => reached.push(`message ${event.data}`));
        const shown = Object.entries(frames).map(([name, changes]) => new Promise((over) => {
            const frame = Object.assign(document.createElement('iframe'), changes);
            frame.onload = frame.onerror = over;
            document.addEventListener('securitypolicyviolation', over);
            document.body.append(frame);
            frame.name = name;
        }));
        Promise.all(shown).then(() => requestAnimationFrame(() => requestAnimationFrame(() => {
            for (const frame of document.querySelectorAll('iframe')) {
                let inside;
                try { inside = frame.contentWindow?.__TAURI_INTERNALS__?.invoke; } catch { inside = undefined; }
                if (inside) reached.push(frame.name);
            }
            if (window.reached) reached.push('a script in a frame');
            done(reached);
        })));
        ",
        vec![],
    )
    .await;
    assert_eq!(found, Value::Array(vec![]));
    assert_eq!(answered(&window).await, Value::Bool(true), "the page itself can ask");
    window.close().await;
}

/// What is written into markup does not run, and no text becomes a script; U1's names are text for the same reason.
#[tokio::test(flavor = "multi_thread")]
async fn markup_brings_no_script_and_prototypes_are_frozen() {
    let desktop = Desktop::start();
    let window = opened(&desktop).await;
    let found = ask(
        &window,
        r"
        const outcome = {};
        const thrown = (act) => { try { return act() ?? 'nothing thrown'; } catch (error) { return error.name; } };
        outcome.eval = thrown(() => (0, eval)('window.ran = true'));
        outcome.function = thrown(() => new Function('window.ran = true')());
        outcome.innerHTML = thrown(() => { document.createElement('div').innerHTML = '<b>text</b>'; });
        outcome.policy = thrown(() => window.trustedTypes.createPolicy('another', { createHTML: (text) => text }));
        outcome.second = thrown(() => window.trustedTypes.createPolicy('svelte-trusted-html', { createHTML: (text) => text }));
        outcome.frozen = Object.isFrozen(Object.prototype);
        thrown(() => { Object.prototype.polluted = true; });
        outcome.polluted = 'polluted' in {};
        const script = document.createElement('script');
        script.append('window.ran = true');
        const image = document.createElement('img');
        image.setAttribute('src', 'data:,');
        const handler = thrown(() => image.setAttribute('onerror', 'window.ran = true'));
        const styled = document.createElement('p');
        styled.setAttribute('style', 'position: fixed');
        document.body.append(script, image, styled);
        outcome.styled = getComputedStyle(styled).position;
        requestAnimationFrame(() => requestAnimationFrame(() => { outcome.ran = window.ran ?? false; done(outcome); }));
        ",
        vec![],
    )
    .await;
    assert_eq!(found["ran"], false, "{found:#}");
    for refused in ["eval", "function"] {
        assert_eq!(found[refused], "EvalError", "{found:#}");
    }
    for refused in ["innerHTML", "policy", "second"] {
        assert_eq!(found[refused], "TypeError", "trusted types: {found:#}");
    }
    assert_eq!(found["frozen"], true, "{found:#}");
    assert_eq!(found["polluted"], false, "{found:#}");
    assert_eq!(found["styled"], "static", "a style in markup: {found:#}");
    window.close().await;
}

/// The web view of Windows is Chromium, which has trusted types and `'strict-dynamic'` of its own: the pages are shown in one
/// under the same policy, from the addresses of a small server, without an engine behind them.
#[tokio::test(flavor = "multi_thread")]
async fn the_pages_live_within_the_policy_in_chromium_too() {
    let desktop = Desktop::start();
    let browser = Browser::start(&desktop).await;
    let address = serve_the_pages();
    browser.page.client.goto(&address).await.unwrap();
    // The frame of every page, and one that is loaded when it is first shown.
    browser.page.see("Overview").await;
    browser
        .page
        .client
        .goto(&format!("{address}#/settings/about"))
        .await
        .unwrap();
    browser.page.see("Settings").await;
    let script = r"
        const done = arguments[arguments.length - 1];
        const seen = new Set();
        const note = (reports) => { for (const { body } of reports) seen.add(`${body.effectiveDirective}: ${body.blockedURL}`); };
        const observer = new ReportingObserver(note, { types: ['csp-violation'], buffered: true });
        observer.observe();
        const refused = (() => { try { document.createElement('i').innerHTML = '<b>'; return false; } catch { return true; } })();
        setTimeout(() => { note(observer.takeRecords()); done([refused, [...seen]]); });
    ";
    let found = browser.page.client.execute_async(script, vec![]).await.unwrap();
    assert_eq!(found[0], true, "the policy is in force: {found:#}");
    let planted = |violation: &&Value| violation.as_str().is_some_and(|one| one.contains("trusted-types-sink"));
    let others: Vec<&Value> = (found[1].as_array().unwrap().iter())
        // The one that was provoked just now.
        .filter(|violation| !planted(violation))
        .collect();
    assert!(others.is_empty(), "{found:#}");
    browser.close().await;
}

/// The built pages on a loopback port, under the policy of `tauri.conf.json` with a nonce, as Tauri serves them.
fn serve_the_pages() -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let configuration: Value =
        serde_json::from_str(&std::fs::read_to_string(root.join("tauri.conf.json")).unwrap()).unwrap();
    let policy = configuration["app"]["security"]["csp"].as_object().unwrap().iter();
    let policy: Vec<String> = policy
        .map(|(directive, sources)| {
            let nonce = if directive == "script-src" { " 'nonce-7777'" } else { "" };
            format!("{directive} {}{nonce}", sources.as_str().unwrap())
        })
        .collect();
    let policy = policy.join("; ");
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = format!("http://{}/index.html", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (root, policy) = (root.clone(), policy.clone());
            std::thread::spawn(move || answer(stream, &root.join("ui/dist"), &policy));
        }
    });
    address
}

fn answer(mut stream: TcpStream, pages: &std::path::Path, policy: &str) -> std::io::Result<()> {
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head)? > 0 {}
    let path = head
        .split(' ')
        .nth(1)
        .unwrap_or_default()
        .trim_start_matches('/')
        .to_owned();
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js") => "text/javascript",
        Some("css") => "text/css",
        _ => "image/svg+xml",
    };
    let mut body = std::fs::read(pages.join(&path)).unwrap_or_default();
    if kind == "text/html" {
        body = String::from_utf8_lossy(&body)
            .replace("__TAURI_SCRIPT_NONCE__", "7777")
            .into();
    }
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ncontent-security-policy: {policy}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes())?;
    stream.write_all(&body)
}

/// The window as its own process, without a driver: for second starts, which end by themselves.
fn second_start(desktop: &Desktop) -> Command {
    desktop.command(programs::gantry_desktop())
}

/// U4: with the bus, a second start hands over to the first window and ends well.
#[tokio::test(flavor = "multi_thread")]
async fn u4_a_second_start_hands_over_to_the_first_window() {
    let desktop = Desktop::start();
    let window = opened(&desktop).await;
    let second = Finished::of(&mut second_start(&desktop));
    assert_eq!(second.code, 0, "{second:#?}");
    assert_eq!(answered(&window).await, Value::Bool(true));
    window.close().await;
}

/// U4: without a bus, or where it is denied, a second start ends with a sentence, and the first window stays the only writer.
#[tokio::test(flavor = "multi_thread")]
async fn u4_a_second_start_without_a_bus_ends() {
    let desktop = Desktop::without_keyring();
    let denied = [("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")];
    let window = Window::open(&desktop, &denied, &[]).await;
    window.page.see("What would you like to do first?").await;
    let mut absent = second_start(&desktop);
    absent.env_remove("DBUS_SESSION_BUS_ADDRESS");
    let mut refused = second_start(&desktop);
    refused.envs(denied);
    let mut garbled = second_start(&desktop);
    garbled.env("DBUS_SESSION_BUS_ADDRESS", "no address");
    // A bus on which nobody knows the first window.
    let mut another = second_start(&desktop);
    for command in [&mut absent, &mut refused, &mut garbled, &mut another] {
        let second = Finished::of(command);
        assert_eq!(second.code, 1, "{second:#?}");
        assert!(second.stderr.contains("Gantry is open already"), "{second:#?}");
    }
    assert_eq!(answered(&window).await, Value::Bool(true));
    window.close().await;

    // The lock ends with its holder: the next start is the first again.
    let window = Window::open(&desktop, &denied, &[]).await;
    window.page.see("What would you like to do first?").await;
    window.close().await;
}
