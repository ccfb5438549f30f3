//! The two plots of the report as inline SVG. Only here plotters is named.
//!
//! Without font files: the browser that shows the page sets the text.

use std::io;

use plotters::coord::types::RangedCoordf64;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use crate::quality::{CurvePoint, ReliabilityBin};

/// Why a plot could not be drawn.
pub(super) type PlotError = DrawingAreaErrorKind<io::Error>;

/// Width and height in pixels.
const SIZE: (u32, u32) = (560, 400);
const LINE: RGBColor = RGBColor(29, 95, 166);
const BAR: RGBColor = RGBColor(158, 196, 232);
const MARK: RGBColor = RGBColor(192, 57, 43);
const FAINT: RGBColor = RGBColor(226, 226, 226);
const GREY: RGBColor = RGBColor(130, 130, 130);

/// Precision over coverage for every threshold; `now` is where the service stands, (coverage, precision).
pub(super) fn precision_coverage(points: &[CurvePoint], now: Option<(f64, f64)>) -> Result<String, PlotError> {
    let lowest = points.iter().map(|point| point.precision).chain(now.map(|at| at.1)).fold(0.9, f64::min);
    let floor = (lowest * 10.0).floor() / 10.0;
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = frame(&root, floor)?;
        axes(&mut chart, "可答比例（答对的占库内问题）", "精度")?;
        let target = [(0.0, 0.95), (1.0, 0.95)];
        chart.draw_series(DashedLineSeries::new(target, 5, 4, GREY.stroke_width(1)))?;
        let curve = points.iter().map(|point| (point.coverage, point.precision));
        chart.draw_series(LineSeries::new(curve, LINE.stroke_width(2)))?;
        chart.draw_series(now.map(|at| Circle::new(at, 5, MARK.filled())))?;
        let beside = Pos::new(HPos::Left, VPos::Bottom);
        let label = text(17, &MARK).pos(beside);
        // To the right of the mark and above it, where the curve never runs.
        chart.draw_series(now.map(|(x, y)| Text::new("现在的门槛", (x + 0.015, y + (1.0 - floor) * 0.02), label)))?;
        root.present()?;
    }
    Ok(svg)
}

/// Accuracy over confidence by bins, with the number of questions over each bar; on the diagonal they agree.
pub(super) fn reliability(bins: &[ReliabilityBin]) -> Result<String, PlotError> {
    let mut svg = String::new();
    {
        let root = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
        let mut chart = frame(&root, 0.0)?;
        axes(&mut chart, "置信度", "答对的比例（柱上是问题数）")?;
        let width = 1.0 / real(bins.len().max(1));
        let filled = || bins.iter().enumerate().filter(|(_, bin)| bin.questions > 0);
        let bar = |(at, bin): (usize, &ReliabilityBin)| {
            let left = real(at) * width;
            Rectangle::new([(left + width * 0.06, 0.0), (left + width * 0.94, bin.accuracy)], BAR.filled())
        };
        chart.draw_series(filled().map(bar))?;
        chart.draw_series(DashedLineSeries::new([(0.0, 0.0), (1.0, 1.0)], 5, 4, GREY.stroke_width(1)))?;
        chart.draw_series(filled().map(|(_, bin)| Circle::new((bin.confidence, bin.accuracy), 4, LINE.filled())))?;
        let above = text(15, &GREY).pos(Pos::new(HPos::Center, VPos::Bottom));
        let count = |(at, bin): (usize, &ReliabilityBin)| {
            // Beside the mark at the bar's top, and inside the frame.
            let place = ((real(at) + 0.5) * width, (bin.accuracy + 0.025).min(0.97));
            Text::new(bin.questions.to_string(), place, above.clone())
        };
        chart.draw_series(filled().map(count))?;
        root.present()?;
    }
    Ok(svg)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, plotters::coord::Shift>;
type Chart<'a, 'b> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordf64, RangedCoordf64>>;

/// A chart over 0..=1 across and `floor`..=1 upwards, with some room above.
fn frame<'a, 'b>(root: &'a Area<'b>, floor: f64) -> Result<Chart<'a, 'b>, PlotError> {
    root.fill(&WHITE)?;
    let headroom = (1.0 - floor) * 0.03;
    ChartBuilder::on(root)
        .margin(14)
        .x_label_area_size(52)
        .y_label_area_size(68)
        .build_cartesian_2d(0.0..1.0, floor..1.0 + headroom)
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

#[expect(clippy::cast_precision_loss, reason = "a handful of bins")]
fn real(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plots_are_svg_with_what_was_given() {
        let points = [(0.9, 0.2, 1.0), (0.5, 0.6, 0.8)];
        let points = points.map(|(threshold, coverage, precision)| CurvePoint { threshold, coverage, precision });
        let curve = precision_coverage(&points, Some((0.3, 0.96))).unwrap();
        assert!(curve.starts_with("<svg") && curve.trim_end().ends_with("</svg>"), "{curve}");
        assert!(curve.contains("现在的门槛") && curve.contains("<circle"), "{curve}");
        let bins = [ReliabilityBin { questions: 41, confidence: 0.93, accuracy: 0.9 }, ReliabilityBin::default()];
        let diagram = reliability(&bins).unwrap();
        assert!(diagram.contains("\n41\n"), "{diagram}");
        assert_eq!(diagram.matches("<circle").count(), 1, "empty bins have no mark");
    }

    #[test]
    fn nothing_to_plot_is_an_empty_plot() {
        assert!(precision_coverage(&[], None).is_ok() && reliability(&[]).is_ok());
    }
}
