// What the pages do beside being read: copy a command, and filter the list of problems. All else works without it.
"use strict";
for (const button of document.querySelectorAll(".copy")) {
  const label = button.querySelector("span");
  const copied = document.getElementById(button.dataset.copies);
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(copied.textContent);
    label.textContent = "Copied";
    setTimeout(() => { label.textContent = "Copy"; }, 1500);
  });
}

const filter = document.querySelector(".filter");
if (filter) {
  const groups = [...document.querySelectorAll(".group")];
  const count = document.getElementById("count");
  filter.hidden = false;
  filter.querySelector("input").addEventListener("input", (event) => {
    const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
    let found = 0;
    for (const group of groups) {
      let here = 0;
      for (const row of group.querySelectorAll("tbody tr")) {
        const text = `${group.querySelector("h2").textContent} ${row.textContent}`.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
        here += row.hidden ? 0 : 1;
      }
      group.hidden = here === 0;
      found += here;
    }
    count.textContent = words.length ? `${found} of ${document.querySelectorAll(".group tbody tr").length} codes` : "";
  });
}
