//! The browsers of these tests.

/// Makes two tests of each function that it names: `NAME::chromium` and `NAME::firefox`.
macro_rules! in_each_browser {
    ($($name:ident),+ $(,)?) => {$(
        mod $name {
            use crate::driver::Kind;

            #[tokio::test(flavor = "multi_thread")]
            async fn chromium() {
                super::$name(Kind::Chromium).await;
            }

            #[tokio::test(flavor = "multi_thread")]
            async fn firefox() {
                super::$name(Kind::Firefox).await;
            }
        }
    )+};
}
pub(crate) use in_each_browser;
