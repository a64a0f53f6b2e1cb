/** Times are shown where the reader is; UTC stays in the title. */
const format = new Intl.DateTimeFormat(undefined, {
  ...({ year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit' } as const),
  timeZoneName: 'short',
});

for (const element of document.querySelectorAll('time')) {
  element.title = element.textContent ?? '';
  element.textContent = format.format(new Date(element.dateTime));
}

export {};
