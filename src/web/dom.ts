/** An element with attributes and a text. */
export function make<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Readonly<Record<string, string>> = {},
  text = '',
): HTMLElementTagNameMap[K] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

/** How a text of a cell is named where nothing would show. */
export function orBlank(text: string): string {
  return text === '' ? '(blank)' : text;
}
