/** Showing a page anew: its reader keeps the focus, and is not called back from where they are going. */

const FOCUSED = 'focused';
/** What was a download leaves the page as it is: after so long, milliseconds, nobody waits for another page any more. */
const LEAVING_MS = 10_000;

let leftAt = Number.NEGATIVE_INFINITY;
const leave = () => {
  leftAt = performance.now();
};
document.addEventListener('submit', leave);
window.addEventListener('beforeunload', leave);

/**
 * Loads the page as it is now, unless somebody has just followed a link or sent a form: that would be called off.
 * @param again what decides once more, a while later
 */
export function renewPage(again: () => void): void {
  if (performance.now() - leftAt < LEAVING_MS) {
    setTimeout(again, LEAVING_MS);
    return;
  }
  const focused = document.activeElement;
  if (focused instanceof HTMLElement && focused !== document.body)
    sessionStorage.setItem(FOCUSED, `${location.pathname} ${nameOf(focused)}`);
  location.reload();
}

function nameOf(element: HTMLElement): string {
  const own = element.id || element.getAttribute('name') || element.getAttribute('href') || '';
  return `${element.tagName} ${own} ${element.textContent.trim()}`;
}

const name = sessionStorage.getItem(FOCUSED);
sessionStorage.removeItem(FOCUSED);
if (name !== null) {
  const all = document.querySelectorAll<HTMLElement>(
    'a, button, input, select, textarea, summary, [tabindex]',
  );
  [...all]
    .find((element) => `${location.pathname} ${nameOf(element)}` === name)
    ?.focus({ preventScroll: true });
}
