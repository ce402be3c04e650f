"use strict";
// Sorts the table of students by a click on a heading, and filters it. The page can be read without.

// Returns what a cell is sorted by: a number, a text, or null, which comes last in either order.
function key(cell, isNumber) {
  const text = cell.dataset.value ?? cell.textContent.trim();
  if (text === "" || text === "\u2013") return null;
  return isNumber || cell.dataset.value !== undefined ? Number(text) : text;
}

function compare(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return collator.compare(a, b);
}

const collator = new Intl.Collator(undefined, { numeric: true });

function sort(table, headers, column) {
  const header = headers[column];
  const sign = header.getAttribute("aria-sort") === "ascending" ? -1 : 1;
  headers.forEach((other) => other.removeAttribute("aria-sort"));
  header.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
  const isNumber = header.classList.contains("n");
  const body = table.tBodies[0];
  const rows = [...body.rows].map((row) => [key(row.cells[column], isNumber), row]);
  const known = rows.filter(([value]) => value !== null);
  known.sort(([a], [b]) => sign * compare(a, b));
  const unknown = rows.filter(([value]) => value === null);
  body.append(...[...known, ...unknown].map(([, row]) => row));
}

function filter(rows, filters) {
  const words = filters.querySelector("input").value.toLowerCase().split(/\s+/).filter(Boolean);
  const status = filters.querySelector("select").value;
  let shown = 0;
  for (const { row, text } of rows) {
    row.hidden = !words.every((word) => text.includes(word))
      || (status !== "" && row.dataset.status !== status);
    shown += row.hidden ? 0 : 1;
  }
  filters.querySelector("output").textContent = `${shown} of ${rows.length}`;
}

for (const table of document.querySelectorAll("table.students")) {
  const headers = [...table.tHead.rows[0].cells];
  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => sort(table, headers, column));
  });
  const filters = table.closest("section").querySelector(".filters");
  const rows = [...table.tBodies[0].rows].map((row) => (
    { row, text: `${row.textContent} ${row.dataset.search}`.toLowerCase() }
  ));
  filters.addEventListener("input", () => filter(rows, filters));
  filters.hidden = false;
  filter(rows, filters);
}
