// What a script adds to pages that work without one: no second click, no lost draft, words when a part could not be fetched.

for (const form of document.querySelectorAll("form[data-guard]")) {
  let changed = false;
  form.addEventListener("input", () => (changed = true));
  // What is only shown in another tab is not saved yet.
  form.addEventListener("submit", (event) => (changed &&= event.submitter?.formTarget === "_blank"));
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
}

function release() {
  for (const button of document.querySelectorAll("button[data-pressed]")) {
    button.disabled = false;
    delete button.dataset.pressed;
  }
}

document.addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post" || event.submitter?.formTarget === "_blank") return;
  // After this turn: a disabled button would not be sent with its form.
  setTimeout(() => {
    for (const button of event.target.querySelectorAll("button:not([type=button]):not(:disabled)")) {
      button.disabled = true;
      button.dataset.pressed = "";
    }
  });
  // The answer may be a file, and the page stays.
  setTimeout(release, 5000);
});

// A page that comes back from the browser's memory must be usable again.
window.addEventListener("pageshow", release);

document.addEventListener("click", (event) => {
  for (const step of document.querySelectorAll(".actions .step[open]")) {
    if (!step.contains(event.target)) step.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  const step = event.key === "Escape" && event.target.closest(".step[open]");
  if (step) {
    step.open = false;
    step.querySelector("summary").focus();
  }
});

// The rich text editor replaces its text area but not the label's ties to it.
document.addEventListener("prose-editor:ready", ({ detail: { textarea } }) => {
  const box = textarea.closest(".prose-editor").querySelector("[role=textbox]");
  const label = textarea.labels[0];
  if (!label) return;
  box.setAttribute("aria-label", label.textContent.trim());
  label.addEventListener("click", () => box.focus());
});

// In the editor a caption ends with Enter; by itself it would break its figure in two, one of them without a picture.
document.addEventListener("prose-editor:ready", ({ detail: { editor } }) => {
  const onward = (event) => {
    if (event.key !== "Enter" || !editor.isActive("caption")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const { $from } = editor.state.selection;
    const after = $from.after($from.depth - 1);
    editor.chain().insertContentAt(after, { type: "paragraph" }).setTextSelection(after + 1).run();
  };
  editor.view.dom.addEventListener("keydown", onward, { capture: true });
});

// The number before a paragraph goes into the form on the same page, and what was typed there stays.
document.addEventListener("click", (event) => {
  const mark = event.target.closest("a.paragraph");
  const clause = document.querySelector(".say [name=clause]");
  if (!mark || !clause) return;
  event.preventDefault();
  clause.value = mark.textContent;
  document.querySelector(".say-about")?.remove();
  document.getElementById("say").scrollIntoView();
  clause.focus();
});

// A table that scrolls must be reachable by keyboard.
for (const table of document.querySelectorAll(".letter-body table")) {
  if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
}

// Beside a draft its pages as they will be printed: asked for as soon as the typing rests, one answer at a time.
const preview = document.getElementById("preview");
if (preview) {
  const panel = preview.querySelector("details");
  const wide = matchMedia("(min-width: 1100px)");
  let asking;
  let scrolled = 0;
  const ask = () => panel.open && preview.dispatchEvent(new CustomEvent("typed"));
  const fit = () => (panel.open = wide.matches);
  preview.hidden = false;
  panel.addEventListener("toggle", ask);
  wide.addEventListener("change", fit);
  document.getElementById("draft").addEventListener("input", () => {
    clearTimeout(asking);
    asking = setTimeout(ask, 400);
  });
  // The pages change under the eye of a reader, who stays where they were.
  document.addEventListener("htmx:oobBeforeSwap", () => (scrolled = preview.scrollTop));
  document.addEventListener("htmx:oobAfterSwap", () => (preview.scrollTop = scrolled));
  // After htmx, which waits for the same moment.
  document.addEventListener("DOMContentLoaded", fit);
}

const trouble = document.getElementById("trouble");
for (const name of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, () => (trouble.hidden = false));
}
// A whole page where a part was asked for: somebody signed out meanwhile.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (!/^\s*<!doctype/i.test(detail.serverResponse)) return;
  detail.shouldSwap = false;
  detail.isError = true;
});
document.addEventListener("htmx:afterOnLoad", (event) => {
  if (event.detail.successful) trouble.hidden = true;
});

// Copy the words of a field; without a clipboard they can still be marked and copied by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", () => navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value));
}
