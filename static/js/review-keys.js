// Keys of the review queue; every one of them presses something that stands on the page, so the page works without them.
// They are off while somebody writes or composes, and one switch turns them off in this browser.
(() => {
  const STORED = "jeongsan-review-keys";
  const WRITING = "textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])";
  const isOn = () => { try { return localStorage.getItem(STORED) !== "off"; } catch { return true; } };
  const show = () => document.documentElement.classList.toggle("keys-off", !isOn());
  show();

  for (const box of document.querySelectorAll("[data-keys-switch]")) {
    box.closest("[hidden]").hidden = false;
    box.checked = isOn();
    box.addEventListener("change", () => {
      try { localStorage.setItem(STORED, box.checked ? "on" : "off"); } catch { /* private window: on, as before */ }
      show();
    });
  }

  // The reasons of a verdict have numbers, as long as there are no more than nine.
  for (const form of document.querySelectorAll("[data-numbers]")) {
    [...form.querySelectorAll("input[type=radio]")].slice(0, 9).forEach((input, index) => {
      const number = document.createElement("kbd");
      number.className = "number";
      number.ariaHidden = "true";
      number.textContent = index + 1;
      input.closest("label").append(number);
    });
  }

  // A letter whatever the layout: where Korean or Japanese letters are on, the place of the key counts.
  const letterOf = (event) => {
    if (/^[\x20-\x7e]$/.test(event.key)) return event.key.toLowerCase();
    return event.code.startsWith("Key") ? event.code.slice(3).toLowerCase() : "";
  };

  // Down and up: rows of the queue by what opens them, payments of a case by themselves.
  const step = (by) => {
    const stops = [...document.querySelectorAll("[data-step]")];
    if (!stops.length) return;
    const here = stops.findIndex((each) => each.contains(document.activeElement));
    const next = here < 0 ? (by > 0 ? 0 : stops.length - 1) : Math.min(Math.max(here + by, 0), stops.length - 1);
    (stops[next].querySelector("[data-step-into]") ?? stops[next]).focus();
    stops[next].scrollIntoView({ block: "nearest" });
  };

  const press = (target) => {
    const fold = target.closest("summary")?.parentElement;
    if (!fold) return target.click();
    fold.open = !fold.open;
    (fold.open && fold.querySelector("input[type=radio], textarea, [data-keys-switch]") || target).focus();
  };

  const choose = (number) => {
    const form = document.querySelector("details[open] [data-numbers]");
    const input = form?.querySelectorAll("input[type=radio]")[number - 1];
    if (!input) return false;
    input.checked = true;
    input.focus();
    return true;
  };

  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.key === "Escape") {
      const open = document.querySelector("details[name=act][open], details.keys[open]");
      if (open) { open.open = false; open.querySelector("summary").focus(); }
      return;
    }
    if (!isOn() || event.target.closest?.(WRITING)) return;
    const key = letterOf(event);
    if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
    if (key >= "1" && key <= "9") { if (choose(Number(key))) event.preventDefault(); return; }
    const target = key && [...document.querySelectorAll("[data-key]")].find((each) => each.dataset.key === key && each.offsetParent);
    if (!target) return;
    event.preventDefault();
    press(target);
  });

  // The seconds that are left to undo; then the bar goes, since there is nothing more to take back.
  for (const bar of document.querySelectorAll("[data-leaves-at]")) {
    const leavesAt = Date.parse(bar.dataset.leavesAt);
    const count = () => {
      const left = Math.ceil((leavesAt - Date.now()) / 1000);
      if (left <= 0) return bar.remove();
      bar.querySelector("[data-countdown]").textContent = left;
      setTimeout(count, 250);
    };
    count();
  }
})();
