"use strict";
for (const table of document.querySelectorAll("table.students")) {
  const body = table.tBodies[0];
  const headers = [...table.tHead.rows[0].cells];
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.value ?? cell.textContent.trim();
  };
  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      const ascending = header.getAttribute("aria-sort") !== "ascending";
      headers.forEach((other) => other.removeAttribute("aria-sort"));
      header.setAttribute("aria-sort", ascending ? "ascending" : "descending");
      const compare = (a, b) => {
        const [x, y] = [value(a, column), value(b, column)];
        const empty = (text) => text === "" || text === "\u2013";
        if (empty(x) || empty(y)) return empty(x) - empty(y); // last, whatever the order
        const order = header.classList.contains("n")
          ? parseFloat(x) - parseFloat(y)
          : x.localeCompare(y, undefined, { numeric: true });
        return ascending ? order : -order;
      };
      body.append(...[...body.rows].sort(compare));
    });
  });
  const search = table.closest("section").querySelector("input[type=search]");
  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of body.rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
    }
  });
}
