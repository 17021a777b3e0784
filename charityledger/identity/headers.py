"""Headers: which of a proxy are believed, and the security headers on every response, error pages included."""

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from .session import is_signed_in

# Everything comes from this site and nothing is inline, so a name that somehow carries markup still cannot act.
CONTENT_SECURITY_POLICY = "; ".join((
    "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "form-action 'self'",
    "frame-ancestors 'none'", "base-uri 'none'",
))

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # A link to reset a password must not travel to another site in Referer.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
TRANSPORT_SECURITY = "max-age=31536000"


def init_app(app: Flask) -> None:
    """Set the headers; a view may set a stricter one of its own."""
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        # Else every reader comes from the proxy's address, and one guesser uses up everybody's sign-ins.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's documentation has it
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if app.config["HTTPS"]:
            response.headers.setdefault("Strict-Transport-Security", TRANSPORT_SECURITY)
        # What a signed-in person saw stays on no disk and in no proxy.
        if request.endpoint != "static" and (is_signed_in() or request.method not in ("GET", "HEAD")):
            response.headers["Cache-Control"] = "no-store"
        return response
