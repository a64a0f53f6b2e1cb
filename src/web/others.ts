/** Says who else has a sheet open; a screen reader hears it when it is another text. */
export function showOthers(others: readonly string[]): void {
  const banner = document.querySelector<HTMLElement>('[data-slot="sheet-others"]');
  if (!banner) return;
  const has = others.length === 1 ? 'has' : 'have';
  const said = others.length === 0 ? '' : `${others.join(', ')} ${has} this sheet open, too.`;
  if (banner.textContent !== said) banner.textContent = said;
  banner.hidden = said === '';
}
