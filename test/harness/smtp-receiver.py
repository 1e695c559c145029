"""A mail server for tests: Debian's aiosmtpd with TLS and a login, which writes each mail into a file of its own.

Takes one argument, JSON: port, directory, tls (starttls, implicit, none), certificate, key, user, password, refuse
(addresses that it does not take). A mail is written as JSON: envelope, whether TLS and a login were used, the bytes.
"""

import json
import signal
import ssl
import sys
import time
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

wanted = json.loads(sys.argv[1])


class Receiver:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in wanted["refuse"]:
            return "550 nobody of that name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        mail = message_from_bytes(envelope.content, policy=policy.default)
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "tls": session.ssl is not None or wanted["tls"] == "implicit",
            "login": session.authenticated,
            "headers": [[name, str(value)] for name, value in mail.items()],
            "text": mail.get_content(),
            "raw": envelope.content.decode("latin-1"),
        }
        path = Path(wanted["directory"]) / f"{self.count:04}.json"
        path.with_suffix(".tmp").write_text(json.dumps(told))
        path.with_suffix(".tmp").rename(path)
        return "250 taken"


def login(server, session, envelope, mechanism, data):
    known = isinstance(data, LoginPassword) and (
        data.login.decode(),
        data.password.decode(),
    ) == (wanted["user"], wanted["password"])
    return AuthResult(success=known, handled=known)


context = None
if wanted["tls"] != "none":
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(wanted["certificate"], wanted["key"])
options = {}
if wanted["tls"] == "starttls":
    options = {"tls_context": context, "require_starttls": True}
if wanted["user"]:
    options |= {"authenticator": login, "auth_required": True, "auth_require_tls": wanted["tls"] == "starttls"}
controller = Controller(
    Receiver(),
    hostname="127.0.0.1",
    port=wanted["port"],
    ssl_context=context if wanted["tls"] == "implicit" else None,
    **options,
)
controller.start()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    time.sleep(1)
