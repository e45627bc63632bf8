// The interactive charts of coverage, each against the target: one figure over time, as frozen reports tell it, and the
// units from low to high; a press on a bar leads to its unit.
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, GridComponent, LineChart, MarkLineComponent, SVGRenderer]);

const ROW = 28; // pixels of a bar with its name
const HEIGHT = 320; // pixels of the line
const INK = "#14202b";
const BRAND = "#0b3a5b";
const FONT = { fontFamily: "Be Vietnam Pro, Arial, sans-serif", fontSize: 14, color: INK };
const PERCENT = { type: "value", min: 0, max: 100, axisLabel: { ...FONT, hideOverlap: true } };

export function draw(place, { label, target, units, course }) {
  if (course.points.length > 1) {
    begin(place, HEIGHT, course.label).setOption(overTime(course.points, target));
  }
  if (units.length) {
    const chart = begin(place, units.length * ROW + 80, label);
    chart.setOption(lowToHigh(units, target));
    chart.on("click", ({ dataIndex }) => location.assign(units[dataIndex].address));
  }
}

function begin(place, height, label) {
  const heading = place.appendChild(document.createElement("h3"));
  heading.className = "govuk-heading-s";
  heading.textContent = label;
  const room = place.appendChild(document.createElement("div"));
  room.style.height = `${height}px`;
  const chart = init(room, null, { renderer: "svg" });
  chart.setOption({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, label: { description: label }, decal: { show: true } },
    textStyle: FONT,
    grid: { left: 8, right: 56, top: 34, bottom: 8, containLabel: true },
  });
  new ResizeObserver(() => chart.resize()).observe(room);
  return chart;
}

function lineAt(target, axis, position) {
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: INK, type: "dashed", width: 2 },
    label: { ...FONT, position, formatter: target.text },
    data: [{ [axis]: target.rate }],
  };
}

function overTime(points, target) {
  return {
    xAxis: {
      type: "time",
      boundaryGap: ["6%", "6%"],
      minInterval: 24 * 3600 * 1000,
      axisLabel: { ...FONT, hideOverlap: true, margin: 16, formatter: "{dd}/{MM}/{yyyy}" },
    },
    yAxis: PERCENT,
    series: [
      {
        type: "line",
        color: BRAND,
        symbol: "circle",
        symbolSize: 9,
        lineStyle: { width: 3 },
        data: points.map(({ on, rate }) => [on, Math.min(rate, 100)]),
        label: { show: true, position: "top", ...FONT, formatter: ({ dataIndex }) => points[dataIndex].text },
        labelLayout: { hideOverlap: true },
        markLine: lineAt(target, "yAxis", "end"),
      },
    ],
  };
}

function lowToHigh(units, target) {
  return {
    xAxis: PERCENT,
    yAxis: { type: "category", inverse: true, data: units.map((unit) => unit.name), axisLabel: FONT },
    series: [
      {
        type: "bar",
        barMaxWidth: 18,
        cursor: "pointer",
        color: BRAND,
        data: units.map((unit) => Math.min(unit.rate, 100)),
        label: { show: true, position: "right", ...FONT, formatter: ({ dataIndex }) => units[dataIndex].text },
        markLine: lineAt(target, "xAxis", "start"),
      },
    ],
  };
}
