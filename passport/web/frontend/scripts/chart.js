// The interactive chart of coverage: units from low to high against the target; a press on a bar leads to its unit.
import { BarChart } from "echarts/charts";
import { AriaComponent, GridComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

use([AriaComponent, BarChart, GridComponent, MarkLineComponent, SVGRenderer]);

const ROW = 28; // pixels of a bar with its name
const FONT = { fontFamily: "Be Vietnam Pro, Arial, sans-serif", fontSize: 14, color: "#14202b" };

export function draw(place, { label, target, units }) {
  place.style.height = `${units.length * ROW + 80}px`;
  const chart = init(place, null, { renderer: "svg" });
  chart.setOption({
    animation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    aria: { enabled: true, label: { description: label }, decal: { show: true } },
    textStyle: FONT,
    grid: { left: 8, right: 56, top: 34, bottom: 8, containLabel: true },
    xAxis: { type: "value", min: 0, max: 100, axisLabel: { ...FONT, hideOverlap: true } },
    yAxis: { type: "category", inverse: true, data: units.map((unit) => unit.name), axisLabel: FONT },
    series: [
      {
        type: "bar",
        barMaxWidth: 18,
        cursor: "pointer",
        color: "#0b3a5b",
        data: units.map((unit) => Math.min(unit.rate, 100)),
        label: { show: true, position: "right", ...FONT, formatter: ({ dataIndex }) => units[dataIndex].text },
        markLine: {
          silent: true,
          symbol: "none",
          lineStyle: { color: "#14202b", type: "dashed", width: 2 },
          label: { ...FONT, position: "start", formatter: target.text },
          data: [{ xAxis: target.rate }],
        },
      },
    ],
  });
  chart.on("click", ({ dataIndex }) => location.assign(units[dataIndex].address));
  new ResizeObserver(() => chart.resize()).observe(place);
}
