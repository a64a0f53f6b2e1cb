/**
 * A token in the address is used at once, and is in the address no longer than that. Whoever is logged in already, and
 * opens it, is the owner of the terminal from now on.
 */
function useToken(): void {
  const token = location.hash.slice(1);
  if (!/^[\w-]{20,}$/.test(token)) return;
  history.replaceState(null, '', location.pathname);
  const form = document.querySelector<HTMLFormElement>('#login');
  const field = document.querySelector<HTMLInputElement>('#token');
  if (form && field) {
    field.value = token;
    form.requestSubmit();
  } else
    void fetch('/session', { method: 'POST', body: new URLSearchParams({ token }) }).then(({ ok }) => {
      if (ok) location.reload();
    });
}

useToken();
addEventListener('hashchange', useToken);

export {};
