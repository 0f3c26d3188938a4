//! The browser of these tests. A database is the same for each browser, so one is enough.

/// Makes a test of each function that it names: `NAME::chromium`.
macro_rules! in_each_browser {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread")]
            async fn chromium() {
                super::$name(crate::driver::Kind::Chromium).await;
            }
        }
    )+};
}
pub(crate) use in_each_browser;
