// Small ways to read and change the page. Text is only ever set as text.

export const find = (id) => document.getElementById(id);
export const all = (selector) => [...document.querySelectorAll(selector)];

export function show(id, visible) {
  find(id).hidden = !visible;
}

/** Set an element's text; unchanged text is left alone, so that it is not read out again. */
export function text(id, words) {
  const element = find(id);
  if (element.textContent !== words) element.textContent = words;
}

export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Show one message above the cards: tone is good or bad. */
export function announce(tone, words) {
  find("landed").dataset.tone = tone;
  show("landed-more", false);
  show("landed", true);
  text("landed-text", words);
}

/** Run an action once, with the button saying so; the button keeps the focus. */
export async function busy(button, words, action, failed) {
  if (button.getAttribute("aria-disabled") === "true") return;
  const label = button.textContent;
  button.setAttribute("aria-disabled", "true");
  button.textContent = words;
  try {
    await action();
  } catch (problem) {
    failed(problem);
  } finally {
    button.removeAttribute("aria-disabled");
    button.textContent = label;
  }
}
