"use strict";
// Draws the charts of a downloaded page and saves them as pictures; asks nobody for anything.
(() => {
  const WIDTH = 1000;
  const PRINT_WIDTH = 680;
  const SMALL_WIDTH = 330;
  const PRINT_HEIGHT = 300;
  const SCALE = 2;
  const EDGE = 24;
  const FONT = '"Source Sans", "Source Sans 3", "Helvetica Neue", Arial, sans-serif';
  const INK = "#1b2733";
  const GREY = "#55636f";
  const CONFIG = { displayModeBar: false, showSendToCloud: false, displaylogo: false, responsive: true };
  const SVG = "http://www.w3.org/2000/svg";

  const page = JSON.parse(document.getElementById("page-data").textContent);
  const darkDevice = matchMedia("(prefers-color-scheme: dark)");
  const swaps = Object.keys(page.dark);
  const names = swaps.map((name) => name.replace(/[()]/g, "\\$&")).join("|");
  const pattern = new RegExp(`(?:${names})(?!0\\))`, "g");

  function figureOf(chart, isDark) {
    const text = JSON.stringify(chart.figure);
    return JSON.parse(isDark && swaps.length ? text.replace(pattern, (colour) => page.dark[colour]) : text);
  }

  function draw(printing) {
    page.charts.forEach((chart, number) => {
      const { data, layout } = figureOf(chart, darkDevice.matches && !printing);
      const node = document.getElementById(`chart-${number}`);
      const width = node.closest(".small") ? SMALL_WIDTH : PRINT_WIDTH;
      const height = layout.height || PRINT_HEIGHT;
      Plotly.react(node, data, printing ? { ...still(layout), width, height } : { ...layout, autosize: true }, CONFIG);
    });
  }

  // Lines of a text that fit a width; what has no spaces, like an address, is broken anywhere.
  function lines(text, font) {
    const measure = document.createElement("canvas").getContext("2d");
    measure.font = font;
    const fits = (part) => measure.measureText(part).width <= WIDTH - 2 * EDGE;
    const found = [];
    let line = "";
    for (const word of text.split(" ")) {
      const longer = line ? `${line} ${word}` : word;
      if (fits(longer)) {
        line = longer;
        continue;
      }
      if (line) found.push(line);
      line = "";
      for (const sign of word) {
        if (!fits(line + sign)) {
          found.push(line);
          line = "";
        }
        line += sign;
      }
    }
    return [...found, line];
  }

  // Title above, caption, source and link below: readers post pictures without their page.
  function texts(chart) {
    const styles = [
      [page.title, 600, 22, 28, INK],
      [chart.name, 400, 16, 22, GREY],
      [chart.caption, 400, 14, 19, INK],
      ...page.source.map((line) => [line, 400, 13, 18, GREY]),
    ];
    return styles.filter(([text]) => text).map(([text, weight, size, height, colour]) => {
      const font = `${weight} ${size}px ${FONT}`;
      return lines(text, font).map((line) => ({ line, weight, size, height, colour }));
    });
  }

  // Buttons inside a chart are of no use in a picture.
  function still(layout) {
    const axes = Object.entries(layout).filter(([key]) => /^xaxis\d*$/.test(key));
    const bare = axes.map(([key, axis]) => [key, { ...axis, rangeselector: { visible: false } }]);
    return { ...layout, ...Object.fromEntries(bare), updatemenus: [], sliders: [] };
  }

  async function picture(chart) {
    const { data, layout } = figureOf(chart, false);
    const inner = layout.height || 450;
    const options = { format: "svg", width: WIDTH - EDGE, height: inner, imageDataOnly: true };
    const drawn = await Plotly.toImage({ data, layout: still(layout), config: CONFIG }, options);
    const plot = new DOMParser().parseFromString(drawn, "image/svg+xml").documentElement;
    const [title, name, ...source] = texts(chart);
    const root = document.createElementNS(SVG, "svg");
    const paper = root.appendChild(document.createElementNS(SVG, "rect"));
    let y = EDGE / 2;
    const write = (entry) => {
      y += entry.height;
      const text = root.appendChild(document.createElementNS(SVG, "text"));
      const style = { x: EDGE, y, fill: entry.colour, "font-family": FONT, "font-size": entry.size, "font-weight": entry.weight };
      Object.entries(style).forEach(([key, value]) => text.setAttribute(key, value));
      text.textContent = entry.line;
    };
    [...title, ...name].forEach(write);
    y += EDGE / 2;
    Object.entries({ x: EDGE / 2, y, width: WIDTH - EDGE, height: inner }).forEach(([key, value]) => plot.setAttribute(key, value));
    root.append(document.importNode(plot, true));
    y += inner;
    source.flat().forEach(write);
    const height = y + EDGE;
    const size = { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` };
    Object.entries(size).forEach(([key, value]) => root.setAttribute(key, value));
    Object.entries({ width: WIDTH, height, fill: "#ffffff" }).forEach(([key, value]) => paper.setAttribute(key, value));
    return { text: new XMLSerializer().serializeToString(root), height };
  }

  async function png({ text, height }) {
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = SCALE * WIDTH;
    canvas.height = SCALE * height;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/png"));
  }

  async function save(button) {
    const chart = page.charts[Number(button.dataset.chart)];
    const kind = button.dataset.save;
    const said = button.closest("figure").querySelector(".said");
    button.disabled = true;
    try {
      const drawn = await picture(chart);
      const blob = kind === "png" ? await png(drawn) : new Blob([drawn.text], { type: "image/svg+xml" });
      const link = document.createElement("a");
      link.href = URL.createObjectURL(blob);
      link.download = `${chart.file}.${kind}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      said.textContent = `Saved as ${link.download}`;
    } catch {
      said.textContent = "This browser cannot make the picture; try another one, or take a picture of the screen.";
    } finally {
      button.disabled = false;
    }
  }

  draw(false);
  darkDevice.addEventListener("change", () => draw(false));
  addEventListener("beforeprint", () => draw(true));
  addEventListener("afterprint", () => draw(false));
  document.querySelectorAll("[data-save]").forEach((button) => button.addEventListener("click", () => save(button)));
})();
