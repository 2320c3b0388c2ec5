// What the pages of settlement add to plain forms; without this file they work all the same.

// The box in the head of a list ticks every row of the page; the bar that appears says how many rows are chosen.
const countChosen = () => {
  for (const words of document.querySelectorAll("[data-chosen-count]")) {
    words.textContent = document.querySelectorAll(`input[name="${words.dataset.chosenCount}"]:checked`).length;
  }
};
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-choose-all]");
  if (all) for (const box of document.querySelectorAll(`input[name="${all.dataset.chooseAll}"]`)) box.checked = all.checked;
  countChosen();
});
countChosen();

// Files dropped anywhere on the form become its files; chosen ones are named before they are sent.
for (const form of document.querySelectorAll("[data-drop]")) {
  const input = form.querySelector("input[type=file]");
  const words = form.querySelector("[data-chosen]");
  const isOver = (over) => form.classList.toggle("is-over", over);
  form.addEventListener("dragover", (event) => { event.preventDefault(); isOver(true); });
  form.addEventListener("dragleave", () => isOver(false));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    isOver(false);
    if (!event.dataTransfer.files.length) return;
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", () => {
    if (input.files.length) words.textContent = [...input.files].map((file) => file.name).join(", ");
  });
}
