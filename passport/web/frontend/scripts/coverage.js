// Coverage: offers the interactive chart where there is one. The library weighs more than the page, so it is
// fetched when the reader presses; the bars in the table say the same without it.
const place = document.getElementById("chart");

if (place) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "govuk-button govuk-button--secondary";
  button.textContent = place.dataset.open;
  button.addEventListener("click", async () => {
    button.disabled = true;
    const { draw } = await import(place.dataset.script);
    button.remove();
    draw(place, JSON.parse(place.dataset.chart));
  });
  place.append(button);
}
