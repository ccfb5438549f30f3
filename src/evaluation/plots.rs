//! The plots of the reports as inline SVG. Only here plotters is named.
//!
//! Without font files: the browser that shows the page sets the text. `page.css` maps the colours below to others on a
//! dark screen.

use std::io;
use std::ops::Range;

use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::numbers::count;
use crate::stats::ReliabilityBin;

/// Why a plot could not be drawn.
pub(super) type PlotError = DrawingAreaErrorKind<io::Error>;

/// Width and height in pixels.
const SIZE: (u32, u32) = (560, 400);
const LINE: RGBColor = RGBColor(29, 95, 166);
const BAR: RGBColor = RGBColor(158, 196, 232);
const MARK: RGBColor = RGBColor(192, 57, 43);
const FAINT: RGBColor = RGBColor(226, 226, 226);
const GREY: RGBColor = RGBColor(130, 130, 130);

/// Precision over coverage: (coverage, precision) from the strictest threshold on; `now` is where the service stands.
pub(super) fn precision_coverage(points: &[(f64, f64)], now: Option<(f64, f64)>) -> Result<String, PlotError> {
    let lowest = points.iter().map(|point| point.1).chain(now.map(|at| at.1)).fold(0.9, f64::min);
    let floor = (lowest * 10.0).floor() / 10.0;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = frame(&root, floor..1.0)?;
        axes(&mut chart, "可答比例（答对的占库内问题）", "精度")?;
        let target = [(0.0, 0.95), (1.0, 0.95)];
        chart.draw_series(DashedLineSeries::new(target, 5, 4, GREY.stroke_width(1)))?;
        chart.draw_series(LineSeries::new(points.iter().copied(), LINE.stroke_width(2)))?;
        chart.draw_series(now.map(|at| Circle::new(at, 5, MARK.filled())))?;
        let beside = Pos::new(HPos::Left, VPos::Bottom);
        let label = text(17, &MARK).pos(beside);
        // To the right of the mark and above it, where the curve never runs.
        chart.draw_series(now.map(|(x, y)| Text::new("现在的门槛", (x + 0.015, y + (1.0 - floor) * 0.02), label)))?;
        root.present()?;
    }
    Ok(svg)
}

/// The error rate among the most confident share, over that share: (coverage, risk) from the strictest threshold on;
/// `now` is where the service stands.
pub(super) fn risk_coverage(points: &[(f64, f64)], now: Option<(f64, f64)>) -> Result<String, PlotError> {
    // The first few tickets alone make any risk; they do not set the scale.
    let telling = points.iter().filter(|point| point.0 >= 0.02).chain(now.iter());
    let highest = telling.map(|point| point.1).fold(0.08, f64::max);
    let top = (highest * 1.1 * 20.0).ceil() / 20.0;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = frame(&root, 0.0..top)?;
        axes(&mut chart, "覆盖（最有把握的工单占全部）", "风险（其中猜错的）")?;
        chart.draw_series(DashedLineSeries::new([(0.0, 0.05), (1.0, 0.05)], 5, 4, GREY.stroke_width(1)))?;
        let curve = points.iter().map(|(coverage, risk)| (*coverage, risk.min(top)));
        chart.draw_series(LineSeries::new(curve, LINE.stroke_width(2)))?;
        chart.draw_series(now.map(|at| Circle::new(at, 5, MARK.filled())))?;
        // Above the mark and away from the curve, which rises to the right; inside the frame near the left edge.
        let (side, shift) = if now.is_some_and(|at| at.0 < 0.3) { (HPos::Left, 0.0) } else { (HPos::Right, -0.01) };
        let label = text(17, &MARK).pos(Pos::new(side, VPos::Bottom));
        chart.draw_series(now.map(|(x, y)| Text::new("现在的直接分派", (x + shift, y + top * 0.03), label)))?;
        root.present()?;
    }
    Ok(svg)
}

/// Accuracy over confidence by bins, with the number of rows over each bar; on the diagonal they agree. `upwards`
/// names the accuracy.
pub(super) fn reliability(bins: &[ReliabilityBin], upwards: &str) -> Result<String, PlotError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = frame(&root, 0.0..1.0)?;
        axes(&mut chart, "置信度", upwards)?;
        let width = 1.0 / count(bins.len().max(1));
        let filled = || bins.iter().enumerate().filter(|(_, bin)| bin.rows > 0);
        let bar = |(at, bin): (usize, &ReliabilityBin)| {
            let left = count(at) * width;
            Rectangle::new([(left + width * 0.06, 0.0), (left + width * 0.94, bin.accuracy)], BAR.filled())
        };
        chart.draw_series(filled().map(bar))?;
        chart.draw_series(DashedLineSeries::new([(0.0, 0.0), (1.0, 1.0)], 5, 4, GREY.stroke_width(1)))?;
        chart.draw_series(filled().map(|(_, bin)| Circle::new((bin.confidence, bin.accuracy), 4, LINE.filled())))?;
        let above = text(15, &GREY).pos(Pos::new(HPos::Center, VPos::Bottom));
        let rows = |(at, bin): (usize, &ReliabilityBin)| {
            // Over the mark at the bar's top; under it where the frame ends.
            let height = if bin.accuracy > 0.92 { bin.accuracy - 0.09 } else { bin.accuracy + 0.025 };
            let place = ((count(at) + 0.5) * width, height);
            Text::new(bin.rows.to_string(), place, above.clone())
        };
        chart.draw_series(filled().map(rows))?;
        root.present()?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A chart over 0..=1 across and a part of it upwards, with some room above.
fn frame<'a, 'b>(root: &'a Area<'b>, upwards: Range<f64>) -> Result<Chart<'a, 'b>, PlotError> {
    root.fill(&WHITE)?;
    let headroom = (upwards.end - upwards.start) * 0.03;
    ChartBuilder::on(root)
        .margin(14)
        // Half of the last label across stands beyond the axis.
        .margin_right(30)
        .x_label_area_size(52)
        .y_label_area_size(68)
        .build_cartesian_2d(0.0..1.0, upwards.start..upwards.end + headroom)
}

fn axes(chart: &mut Chart<'_, '_>, across: &str, upwards: &str) -> Result<(), PlotError> {
    let percent = |share: &f64| format!("{:.0}%", share * 100.0);
    chart
        .configure_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(FAINT)
        .axis_style(GREY)
        .label_style(text(16, &BLACK))
        .axis_desc_style(text(17, &BLACK))
        .x_labels(6)
        .y_labels(6)
        .x_label_formatter(&percent)
        .y_label_formatter(&percent)
        .x_desc(across)
        .y_desc(upwards)
        .draw()
}

fn text(size: u32, color: &RGBColor) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(color)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_are_svg_with_what_was_given() {
        let curve = precision_coverage(&[(0.2, 1.0), (0.6, 0.8)], Some((0.3, 0.96))).unwrap();
        assert!(curve.starts_with("<svg") && curve.trim_end().ends_with("</svg>"), "{curve}");
        assert!(curve.contains("现在的门槛") && curve.contains("<circle"), "{curve}");
        let risks = risk_coverage(&[(0.1, 0.0), (0.5, 0.02), (1.0, 0.2)], Some((0.4, 0.01))).unwrap();
        assert!(risks.contains("现在的直接分派") && risks.matches("<circle").count() == 1, "{risks}");
        assert!(!risk_coverage(&[(1.0, 0.2)], None).unwrap().contains("<circle"), "nothing was routed");
        let bins = [ReliabilityBin { rows: 41, confidence: 0.93, accuracy: 0.9 }, ReliabilityBin::default()];
        let diagram = reliability(&bins, "答对的比例").unwrap();
        assert!(diagram.contains("\n41\n"), "{diagram}");
        assert_eq!(diagram.matches("<circle").count(), 1, "empty bins have no mark");
    }

    #[test]
    fn nothing_to_plot_is_an_empty_plot() {
        assert!(precision_coverage(&[], None).is_ok() && reliability(&[], "").is_ok());
        assert!(risk_coverage(&[], None).is_ok());
    }
}
