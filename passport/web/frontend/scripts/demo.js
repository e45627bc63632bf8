// The samples: a QR code as large as the screen, and texts to the clipboard. Both also work by hand.
const full = document.getElementById("full");
const copied = document.getElementById("copied");

for (const link of document.querySelectorAll("[data-full]")) {
  link.addEventListener("click", (event) => {
    event.preventDefault();
    const code = full.querySelector("img");
    code.src = link.href;
    code.alt = link.closest("[data-card]").querySelector("img").alt;
    full.showModal();
  });
}
document.getElementById("close").addEventListener("click", () => full.close());

for (const button of document.querySelectorAll("[data-copy]")) {
  const name = button.textContent;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
    copied.textContent = button.textContent = button.dataset.done;
    setTimeout(() => ((button.textContent = name), (copied.textContent = "")), 2500);
  });
}
