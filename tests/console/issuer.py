"""A small issuer of OpenID Connect logins on loopback: discovery, a person who agrees at once, tokens, keys."""

import base64
import hashlib
import secrets
import threading
from urllib.parse import urlencode

from flask import Flask, jsonify, redirect, request
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import make_server

from backend import clock


class Issuer:
    """The issuer. `person` is who is logged in there; `spoiled` is what the next token gets wrong, if anything."""

    client_id, secret = "console", "between-us"

    def __init__(self):
        self.person, self.spoiled = "1001", {}
        self._key = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        self._asked: dict[str, dict] = {}
        self._server = make_server("127.0.0.1", 0, self._app(), threaded=True)
        self.url = f"http://localhost:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._server.shutdown()
        self._server.server_close()

    def _app(self) -> Flask:
        app = Flask("issuer")
        app.get("/.well-known/openid-configuration")(self._discovery)
        app.get("/authorize")(self._authorize)
        app.post("/token")(self._token)
        app.get("/keys")(lambda: {"keys": [self._key.as_dict(private=False)]})
        return app

    def _discovery(self):
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _authorize(self):
        code = secrets.token_urlsafe(8)
        self._asked[code] = dict(request.args)
        back = {"code": code, "state": request.args["state"]}
        return redirect(f"{request.args['redirect_uri']}?{urlencode(back)}")

    def _token(self):
        asked = self._asked.pop(request.form["code"])
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        fits = base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        known = request.authorization and request.authorization.password == self.secret
        if not fits or not known or request.form["redirect_uri"] != asked["redirect_uri"]:
            return jsonify(error="invalid_grant"), 400
        now = int(clock.now().timestamp())
        claims = {"iss": self.url, "sub": self.person, "aud": self.client_id, "iat": now, "exp": now + 60}
        claims |= {"nonce": asked["nonce"]} | self.spoiled
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self._key)
        return {"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": token}
