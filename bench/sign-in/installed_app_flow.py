"""Signs in with google-auth-oauthlib's InstalledAppFlow, once for each line of its input: prints the page to open, then the
moment at which it had its credentials, in nanoseconds since 1970.

  installed_app_flow.py BASE SCOPE...

`cargo xtask bench sign-in` runs this beside Gantry, against the same sandbox.
"""

import sys
import time
import webbrowser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "judges" / "python"))

from google_auth_oauthlib.flow import InstalledAppFlow

from dialling import Dialler, SandboxAdapter


class Person(webbrowser.BaseBrowser):
    def open(self, url, new=0, autoraise=True):
        print("open", url, flush=True)
        return True


def main():
    base, *scopes = sys.argv[1:]
    client = Dialler(base).practice()["oauth_clients"]["installed"]
    webbrowser.register("scripted-person", None, Person())
    for _ in sys.stdin:
        flow = InstalledAppFlow.from_client_config(client, scopes=scopes)
        flow.oauth2session.mount("https://", SandboxAdapter(base))
        credentials = flow.run_local_server(
            host="127.0.0.1", port=0, browser="scripted-person", authorization_prompt_message=None, prompt="consent"
        )
        done = time.time_ns()
        assert credentials.token and credentials.refresh_token
        print("done", done, flush=True)


if __name__ == "__main__":
    main()
