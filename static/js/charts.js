// Draws the figures of analytics/charts where `[data-chart]` names their JSON, in the colours of the page.
// The script that draws is large: on narrow screens it is asked for when the first figure comes near the window.
(() => {
  const { plotly: bundle, locale } = document.currentScript.dataset;
  const root = document.documentElement;

  // Figures are built in the colours of the light page; each one stands for a variable of charts.css.
  const INKS = {
    "#0072b2": "--chart-main",
    "#d55e00": "--chart-second",
    "#009e73": "--chart-third",
    "#cc79a7": "--chart-fourth",
    "#e69f00": "--chart-fifth",
    "#56b4e9": "--chart-sixth",
    "#767676": "--chart-compared",
    "#dfe3e8": "--chart-grid",
    "#1f2937": "--chart-ink",
    "#4b5563": "--chart-quiet",
    "#ffffff": "--chart-paper",
    "#eaf2f8": "--chart-scale-1",
    "#c6dded": "--chart-scale-2",
    "#a3c9e1": "--chart-scale-3",
    "#7fb4d6": "--chart-scale-4",
    "#3a79a3": "--chart-scale-5",
    "#23608a": "--chart-scale-6",
    "#0b4468": "--chart-scale-7",
  };
  const PAPER_WIDTH = 680; // pixels of an A4 page inside its margins
  const NEAR = "200px";
  const AT_ONCE = "(min-width: 60rem)"; // as chart_assets.html loads it beforehand
  const waiting = new Set();
  const drawn = new Set();
  let isPrinting = false;

  // --- what draws ---

  let asked;
  function plotly() {
    asked ??= Promise.all([
      // The locales are written for another module system; the bundle, which knows that one too, must not see it.
      run(bundle, () => { window.module = { exports: {} }; }),
      locale && run(locale, () => window.Plotly.register(window.module.exports)),
    ]).finally(() => { delete window.module; });
    return asked;
  }

  // Both are fetched at once and run in this order, each followed by its `after` before the next one runs.
  function run(address, after) {
    return new Promise((resolve, reject) => {
      const script = Object.assign(document.createElement("script"), { src: address, async: false });
      script.addEventListener("load", () => resolve(after()));
      script.addEventListener("error", () => reject(new Error(address)));
      document.head.append(script);
    });
  }

  // --- colours ---

  function palette(theme) {
    const probe = document.createElement("span");
    probe.dataset.bsTheme = theme;
    document.body.append(probe);
    const style = getComputedStyle(probe);
    const read = (name) => style.getPropertyValue(name).trim();
    const found = { of: {}, paper: read("--chart-paper") };
    for (const [key, name] of Object.entries(INKS)) found.of[key] = read(name);
    probe.remove();
    return found;
  }

  function inked(value, inks) {
    if (typeof value === "string") return inks.of[value.toLowerCase()] ?? value;
    if (Array.isArray(value)) return value.map((each) => inked(each, inks));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, inked(each, inks)]));
  }

  function template(inks) {
    const [ink, quiet, grid] = ["#1f2937", "#4b5563", "#dfe3e8"].map((key) => inks.of[key]);
    const font = { family: getComputedStyle(document.body).fontFamily, size: 12, color: ink };
    const axis = { gridcolor: grid, linecolor: grid, tickcolor: grid, zerolinecolor: quiet, tickfont: { color: quiet } };
    return {
      layout: {
        font,
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        xaxis: axis,
        yaxis: axis,
        hoverlabel: { bgcolor: inks.paper, bordercolor: grid, font, align: "left", namelength: -1 },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: quiet, activecolor: ink },
      },
    };
  }

  // --- figures ---

  function figure(box) {
    const found = JSON.parse(document.getElementById(box.dataset.chart).textContent);
    const inks = palette(isPrinting ? "light" : root.getAttribute("data-bs-theme"));
    const { data, layout } = inked(found, inks);
    layout.template = template(inks);
    if (isPrinting) layout.width = PAPER_WIDTH;
    // A finger scrolls the page; it does not zoom.
    if (window.matchMedia("(pointer: coarse)").matches) layout.dragmode = false;
    return [data, layout];
  }

  function settings(box) {
    return {
      responsive: true,
      displaylogo: false,
      // What it says of a double click is too faint to be read; a button leads back.
      showTips: false,
      showSendToCloud: false,
      plotlyServerURL: "",
      locale: root.lang,
      modeBarButtons: [["toImage", "resetScale2d"]],
      toImageButtonOptions: { filename: box.dataset.chart, scale: 2 },
    };
  }

  async function draw(box) {
    waiting.delete(box);
    const isFirst = !drawn.has(box);
    drawn.add(box);
    const shown = window.Plotly.react(box, ...figure(box), settings(box));
    // A legend that has other lines now is placed by its old height the first time; paper does not wait for the next.
    if (!isFirst && isPrinting) window.Plotly.react(box, ...figure(box), settings(box));
    await shown;
    // Back from paper it would keep the width of that.
    if (!isFirst && !isPrinting) await window.Plotly.Plots.resize(box);
    // The box says it in a sentence, the table in figures; scattered numbers would help nobody who listens.
    for (const picture of box.querySelectorAll(".main-svg")) picture.setAttribute("aria-hidden", "true");
    if (!isFirst) return;
    box.on("plotly_click", (click) => follow(box.layout.meta, click));
    box.dataset.drawn = "";
    if (!performance.getEntriesByName("chart-drawn").length) performance.mark("chart-drawn");
  }

  // To the rows behind the mark that is nearest to the pointer; a mark knows the place of its address.
  function follow({ links }, { points, event }) {
    const leading = points.filter((point) => typeof point.customdata === "number");
    if (!leading.length) return;
    const distance = ({ bbox }) => Math.abs((bbox.y0 + bbox.y1) / 2 - event.offsetY);
    const nearest = leading.reduce((best, each) => (best.bbox && distance(each) < distance(best) ? each : best));
    const target = new URL(links[nearest.customdata], location.href);
    if (target.origin !== location.origin) return;
    if (event.ctrlKey || event.metaKey) window.open(target, "_blank", "noopener");
    else location.assign(target);
  }

  // Without the script that draws, the table says it all.
  function give_up(box) {
    box.hidden = true;
    box.closest("figure").querySelector("details").open = true;
  }

  // One after the other, with time to show each: the first is there while the next is still being made.
  let turn = Promise.resolve();
  function draw_next(box) {
    turn = turn.then(() => waiting.has(box) && draw(box)).then(() => new Promise(requestAnimationFrame));
  }

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      plotly().then(() => draw_next(target), () => give_up(target));
    }
  }, { rootMargin: NEAR });

  function start(element) {
    for (const box of element.querySelectorAll("[data-chart]")) {
      if (waiting.has(box) || drawn.has(box)) continue;
      const { layout } = JSON.parse(document.getElementById(box.dataset.chart).textContent);
      box.style.minHeight = `${layout.height}px`;
      box.style.minWidth = `${layout.meta.width}px`;
      box.hidden = false;
      waiting.add(box);
      near.observe(box);
    }
  }

  function stop(box) {
    near.unobserve(box);
    waiting.delete(box);
    if (drawn.delete(box)) window.Plotly.purge(box);
  }

  function print(isOnPaper) {
    if (isPrinting === isOnPaper) return;
    isPrinting = isOnPaper;
    for (const box of [...drawn, ...(window.Plotly ? waiting : [])]) draw(box);
  }

  new MutationObserver(() => drawn.forEach(draw)).observe(root, { attributeFilter: ["data-bs-theme"] });
  window.addEventListener("beforeprint", () => print(true));
  window.addEventListener("afterprint", () => print(false));
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
  document.addEventListener("htmx:beforeCleanupElement", ({ target }) => target.matches("[data-chart]") && stop(target));
  start(document);
  // Whether it comes is looked at where the first figure is drawn.
  if (waiting.size && window.matchMedia(AT_ONCE).matches) plotly().catch(() => {});
})();
