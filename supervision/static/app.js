// Comfort only: every page works without this file. No eval, no inline handlers; all by delegation from the document.
(() => {
  "use strict";
  const root = document.documentElement;
  const on = (type, act, capture) => document.addEventListener(type, act, capture);
  const said = (name) => document.body.dataset[name] || "";

  // Theme: "", "light" or "dark"; "" follows the system.
  const THEMES = ["", "light", "dark"];
  const chosen = () => { try { return localStorage.getItem("theme") || ""; } catch { return ""; } };
  const wear = (theme) => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; };
  const nameTheme = () => document.querySelectorAll("[data-theme-next]").forEach((button) => {
    button.hidden = false;
    button.querySelector("span").textContent = button.dataset.words.split("|")[THEMES.indexOf(chosen())] || "";
  });
  wear(chosen());
  on("click", (event) => {
    if (!event.target.closest("[data-theme-next]")) return;
    const next = THEMES[(THEMES.indexOf(chosen()) + 1) % THEMES.length];
    try { localStorage.setItem("theme", next); } catch { /* a locked-down browser: for this page only */ }
    wear(next);
    nameTheme();
  });

  // Toasts: the server sends HX-Trigger {"toast": {"text": …, "kind": "bad"?}}.
  const toast = (text, kind) => {
    const box = document.getElementById("toasts");
    if (!box || !text) return;
    const note = document.createElement("div");
    note.className = "toast " + (kind || "");
    note.textContent = text;
    box.append(note);
    setTimeout(() => note.remove(), 6000);
  };
  on("toast", (event) => toast(event.detail.text, event.detail.kind));
  on("htmx:sendError", () => toast(said("sayOffline"), "bad"));
  on("htmx:responseError", () => toast(said("sayFailed"), "bad"));
  on("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status !== 422) return;  // a refusal: the form comes back with its sentences
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  });

  // Ask first: capture, so that htmx doesn't send what was not confirmed.
  const ask = (event, element) => {
    if (!element || window.confirm(element.dataset.confirm)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  on("click", (event) => ask(event, event.target.closest("button[data-confirm], a[data-confirm]")), true);
  on("submit", (event) => ask(event, event.target.closest("form[data-confirm]")), true);

  // Live filter: waits for the end of a word that an input method is still composing.
  let waiting;
  const filter = (form, delay) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => window.htmx && window.htmx.trigger(form, "filter"), delay);
  };
  const typed = (event) => {
    const form = event.target.closest && event.target.closest("form[data-live]");
    if (form && !event.isComposing) filter(form, event.target.tagName === "SELECT" ? 0 : 250);
  };
  on("input", typed);
  on("compositionend", typed);

  // Keys: / search, j k move, x ticks, Enter opens.
  const rows = () => [...document.querySelectorAll(".rows tbody tr:not(.more)")].filter((row) => row.offsetParent);
  const here = () => document.querySelector(".rows tr.here");
  const step = (by) => {
    const all = rows();
    const row = all[Math.min(Math.max(all.indexOf(here()) + by, 0), all.length - 1)];
    if (!row) return;
    if (here()) here().classList.remove("here");
    row.classList.add("here");
    row.scrollIntoView({ block: "nearest" });
    const link = row.querySelector("a");
    if (link) link.focus({ preventScroll: true });
  };
  const tick = () => { const box = here() && here().querySelector("input[type=checkbox], input[type=radio]"); if (box) box.click(); };
  const open = () => { const link = here() && here().querySelector("a"); if (link) link.click(); };
  const KEYS = { j: () => step(1), k: () => step(-1), x: tick, Enter: open, "/": () => document.querySelector("[data-search]")?.focus() };
  on("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; });
    if (event.target.closest("input, textarea, select, button, summary") || !KEYS[event.key]) return;
    if (event.key === "Enter" && event.target.closest("a")) return;
    event.preventDefault();
    KEYS[event.key]();
  });
  on("click", (event) => document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  }));

  // An idle time-out keeps what was typed in this tab, for the same viewer; never secrets, never files.
  const SECRET = "[type=password], [type=file], [type=hidden], [data-secret]";
  const place = (form) => "keep:" + said("viewer") + ":" + location.pathname + ":" + (form.id || form.getAttribute("action") || "");
  const fields = (form) => [...form.elements].filter((field) => field.name && !field.matches(SECRET));
  const keep = (form) => sessionStorage.setItem(place(form), JSON.stringify(fields(form).map((field) => [field.type, field.checked, field.value])));
  const restore = (form) => {
    const kept = JSON.parse(sessionStorage.getItem(place(form)) || "null");
    if (!kept) return;
    sessionStorage.removeItem(place(form));
    fields(form).forEach((field, at) => {
      const [type, checked, value] = kept[at] || [];
      if (type !== field.type) return;
      if (type === "checkbox" || type === "radio") field.checked = checked; else field.value = value;
    });
    toast(said("sayKept"));
  };
  // A submitted form is kept until the next page shows that it arrived: an error or sign-in page says it didn't.
  on("submit", (event) => {
    if (event.target.matches("[data-forget]")) sessionStorage.clear();
    if (!event.target.matches("form[data-keep]")) return;
    keep(event.target);
    sessionStorage.setItem("sent", place(event.target));
  });
  const arrived = () => {
    sessionStorage.removeItem(sessionStorage.getItem("sent"));
    sessionStorage.removeItem("sent");
  };
  on("htmx:afterRequest", (event) => { if (event.detail.successful) arrived(); });
  on("input", (event) => { const form = event.target.closest("form[data-keep]"); if (form) form.dataset.touched = "1"; });
  const dropOthers = () => Object.keys(sessionStorage)
    .filter((key) => key.startsWith("keep:") && !key.startsWith("keep:" + said("viewer") + ":"))
    .forEach((key) => sessionStorage.removeItem(key));
  const watchIdle = (seconds) => {
    let timer;
    const leave = () => { document.querySelectorAll("form[data-keep][data-touched]").forEach(keep); location.assign(location.href); };
    const again = () => { clearTimeout(timer); timer = setTimeout(leave, seconds * 1000); };
    ["keydown", "pointerdown", "input"].forEach((type) => on(type, again));
    again();
  };

  // The page of a database that is away: look every few seconds, go on when it is back.
  const retry = (seconds) => setInterval(() => {
    fetch(location.href, { credentials: "same-origin" }).then((answer) => { if (answer.status < 500) location.reload(); }).catch(() => {});
  }, seconds * 1000);

  on("DOMContentLoaded", () => {
    nameTheme();
    if ("failed" in document.body.dataset) sessionStorage.removeItem("sent"); else arrived();
    if (said("retry")) retry(Number(said("retry")));
    document.querySelectorAll("form[data-keep]").forEach(restore);
    const seconds = Number(said("idle"));
    if (said("viewer")) dropOthers();
    if (seconds > 0) watchIdle(seconds);
  });
})();
