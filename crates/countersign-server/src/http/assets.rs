//! The page, compiled in: the program is one file, and fetches nothing from elsewhere.

use axum::{
    http::{HeaderName, header},
    response::IntoResponse,
};

type Asset = ([(HeaderName, &'static str); 1], &'static str);

pub(super) async fn page() -> Asset {
    asset("text/html; charset=utf-8", include_str!("../page/index.html"))
}

pub(super) async fn script() -> Asset {
    asset("text/javascript; charset=utf-8", include_str!("../page/app.js"))
}

pub(super) async fn style() -> Asset {
    asset("text/css; charset=utf-8", include_str!("../page/style.css"))
}

pub(super) async fn icon() -> Asset {
    asset("image/svg+xml", include_str!("../page/icon.svg"))
}

pub(super) async fn health() -> impl IntoResponse {
    "ok"
}

fn asset(content_type: &'static str, content: &'static str) -> Asset {
    ([(header::CONTENT_TYPE, content_type)], content)
}
