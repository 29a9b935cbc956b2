//! The journeys' `$BROWSER`: shows an address in the Chromium that a test drives. `show-in-browser SESSION-URL ADDRESS`

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, session, address] = arguments.as_slice() else {
        eprintln!("usage: show-in-browser SESSION-URL ADDRESS");
        std::process::exit(2);
    };
    if let Err(error) = ureq::post(session).send_json(serde_json::json!({ "url": address })) {
        eprintln!("the browser did not take the address: {error}");
        std::process::exit(1);
    }
}
