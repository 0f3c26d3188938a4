//! Bar charts as SVG, which a browser shows in light and in dark.

use std::fmt::Write as _;

use super::results::number;

/// A bar: its label, its length, and the quartiles around it.
pub(super) struct Bar {
    pub(super) label: String,
    pub(super) median: f64,
    pub(super) p25: f64,
    pub(super) p75: f64,
    /// Whether it is ours.
    pub(super) is_ours: bool,
}

const ROW: usize = 26;
const TOP: usize = 34;
/// Where bars begin and how long the longest is.
const LEFT: f64 = 250.0;
const WIDTH: f64 = 380.0;

/// A chart of values in `unit`, in the given order.
pub(super) fn bars(title: &str, unit: &str, bars: &[Bar]) -> String {
    let longest = bars.iter().map(|bar| bar.p75.max(bar.median)).fold(f64::MIN_POSITIVE, f64::max);
    let height = TOP + ROW * bars.len() + 10;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 740 {height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <style>text{{fill:#222}}.ours{{fill:#2a6f97}}.other{{fill:#9aa5ad}}line{{stroke:#222}}\
         @media(prefers-color-scheme:dark){{text{{fill:#ddd}}.ours{{fill:#61a5c2}}.other{{fill:#6c757d}}line{{stroke:#ddd}}}}</style>\n\
         <text x=\"8\" y=\"20\" font-weight=\"bold\">{title}</text>\n"
    );
    for (row, bar) in bars.iter().enumerate() {
        let (top, class) = (TOP + ROW * row, if bar.is_ours { "ours" } else { "other" });
        let [length, from, to] = [bar.median, bar.p25, bar.p75].map(|value| value / longest * WIDTH);
        let (base, middle) = (top + 15, top + 10);
        let [from, to, behind] = [LEFT + from, LEFT + to, LEFT + length.max(to) + 8.0];
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}</text>\
             <rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{length:.1}\" height=\"20\"/>\
             <line x1=\"{from:.1}\" x2=\"{to:.1}\" y1=\"{middle}\" y2=\"{middle}\"/>\
             <text x=\"{behind:.1}\" y=\"{base}\">{} {unit}</text>",
            LEFT - 8.0,
            bar.label,
            number(bar.median),
        );
    }
    svg + "</svg>\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_bar_has_the_whole_width() {
        let bar = |median, is_ours| Bar { label: "a".into(), median, p25: median, p75: median, is_ours };
        let svg = bars("title", "µs", &[bar(10.0, true), bar(20.0, false)]);
        assert!(svg.contains(r#"class="ours" x="250" y="34" width="190.0""#));
        assert!(svg.contains(r#"class="other" x="250" y="60" width="380.0""#));
        assert!(svg.contains(">20.0 µs<"));
    }
}
