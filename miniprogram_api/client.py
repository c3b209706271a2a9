"""The H5 client: the built files of `miniprogram/dist/h5`, at `/` and `/h5/`, framed like a phone on wide screens."""

from mimetypes import guess_type
from pathlib import Path

from flask import Blueprint, Response, redirect, request, send_from_directory

from backend.settings import Settings

BUILT = Path(__file__).resolve().parents[1] / "miniprogram" / "dist" / "h5"
A_YEAR = 31_536_000
NOT_BUILT = "页面还没有构建：请运行 ./talent client，或用 ./talent run 启动。"


def create_blueprint(settings: Settings, built: Path = BUILT) -> Blueprint:
    """Return the addresses of the client."""
    blueprint = Blueprint("client", __name__)
    policy = _policy(settings)

    @blueprint.get("/")
    def root() -> Response:
        """Show the client at the bare address too; its files stand under /h5/."""
        return redirect("/h5/")

    @blueprint.get("/h5/")
    @blueprint.get("/h5/<path:name>")
    def h5(name: str = "index.html") -> Response:
        """Serve one built file; hashed assets may be kept for a year, the page itself never."""
        if not (built / "index.html").exists():
            return Response(NOT_BUILT, 503, mimetype="text/plain")
        known = (built / name).is_file()
        response = _file(built, name if known else "index.html")
        kept = known and name.startswith("assets/")
        response.headers["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if kept else "no-cache"
        response.headers["Content-Security-Policy"] = policy
        return response

    return blueprint


def _file(built: Path, name: str) -> Response:
    """One built file, packed where the build left it so and the browser takes it."""
    packed = (built / f"{name}.gz").is_file() and "gzip" in request.accept_encodings
    response = send_from_directory(built, f"{name}.gz" if packed else name, mimetype=guess_type(name)[0])
    response.headers["Vary"] = "Accept-Encoding"
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    return response


def _policy(settings: Settings) -> str:
    """Nothing from other origins; in sandbox mode the phone beside the page may show the sandbox."""
    frames = f"'self' {settings.wechat_base_url}" if settings.sandbox else "'self'"
    return (
        "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        f"connect-src 'self'; frame-src {frames}; object-src 'none'; base-uri 'self'; form-action 'self'"
    )
