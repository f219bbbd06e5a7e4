"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  const compare = (isNumber) => (a, b) =>
    isNumber ? Number(a) - Number(b) : a.localeCompare(b, "en");

  // Cells without a value come last in either direction; equal ones keep their order.
  const sortBy = (table, column, descending) => {
    const isNumber = table.tHead.rows[0].cells[column].dataset.kind === "number";
    const order = (row) => row.cells[column].dataset.order;
    const rows = [...table.tBodies[0].rows];
    const known = rows.filter((row) => order(row) !== undefined);
    const unknown = rows.filter((row) => order(row) === undefined);
    known.sort((a, b) => (descending ? -1 : 1) * compare(isNumber)(order(a), order(b)));
    table.tBodies[0].append(...known, ...unknown);
  };

  const makeSortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", descending ? "descending" : "ascending");
        sortBy(table, column, descending);
      });
    });
  };

  const makeFilter = (filter) => {
    const rows = all("#" + filter.dataset.table + " tbody tr");
    const field = filter.querySelector("input");
    const count = filter.querySelector("output");
    const apply = () => {
      const asked = field.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach((row) => {
        const text = row.textContent.toLowerCase();
        row.hidden = !asked.every((word) => text.includes(word));
        shown += row.hidden ? 0 : 1;
      });
      count.textContent = asked.length ? shown + " of " + rows.length : "";
    };
    field.addEventListener("input", apply);
    filter.hidden = false;
    return () => { field.value = ""; apply(); };
  };

  all("table.sortable").forEach(makeSortable);
  const clearFilters = all(".filter").map(makeFilter);

  const told = document.querySelector(".told");
  const rowOf = (disc) => document.getElementById(disc.id.replace("map-", "place-"));
  const discs = all(".disc");

  const mark = (disc) => {
    all(".marked").forEach((marked) => marked.classList.remove("marked"));
    disc.classList.add("marked");
    const row = rowOf(disc);
    if (row) { row.classList.add("marked"); }
    told.textContent = disc.getAttribute("aria-label");
  };

  discs.forEach((disc) => {
    const tell = () => { told.textContent = disc.getAttribute("aria-label"); };
    disc.addEventListener("pointerenter", tell);
    disc.addEventListener("focus", tell);
    disc.addEventListener("click", () => { clearFilters.forEach((clear) => clear()); mark(disc); });
    const row = rowOf(disc);
    if (!row) { return; }
    row.addEventListener("pointerenter", () => disc.classList.add("lit"));
    row.addEventListener("pointerleave", () => disc.classList.remove("lit"));
    row.addEventListener("click", () => mark(disc));
  });

  window.addEventListener("beforeprint", () => clearFilters.forEach((clear) => clear()));
})();
