"""Security headers of every answer, in one place."""

from __future__ import annotations

from flask import Flask, Response, request
from secure import (
    ContentSecurityPolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    Secure,
    StrictTransportSecurity,
    XFrameOptions,
)
from secure.headers import XContentTypeOptions

from passport.house import current_house

# No inline script or style anywhere. WebAssembly reads QR codes; the camera is the scanner's.
_CSP = (
    ContentSecurityPolicy()
    .default_src("'self'")
    .script_src("'self'", "'wasm-unsafe-eval'")
    .style_src("'self'")
    .img_src("'self'", "data:", "blob:")
    .connect_src("'self'")
    .worker_src("'self'")
    .object_src("'none'")
    .base_uri("'none'")
    .form_action("'self'")
    .frame_ancestors("'none'")
)


def connect(app: Flask) -> None:
    """Sets the headers after every request; only static files may be kept by a cache."""
    plain = Secure(
        csp=_CSP,
        permissions=PermissionsPolicy().camera("self").microphone().geolocation(),
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
    )
    hsts = StrictTransportSecurity().max_age(31_536_000).include_subdomains()

    @app.after_request
    def _set(response: Response) -> Response:
        for name, value in plain.headers.items():
            response.headers[name] = value
        if current_house().settings.production:
            response.headers["Strict-Transport-Security"] = hsts.header_value
        if request.endpoint != "static" and "Cache-Control" not in response.headers:
            response.headers["Cache-Control"] = "no-store"
        return response
