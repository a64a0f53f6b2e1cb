/** A token in the address is used at once, and is in the address no longer than that. */
const token = location.hash.slice(1);
const form = document.querySelector<HTMLFormElement>('#login');
const field = document.querySelector<HTMLInputElement>('#token');
if (token !== '' && form && field) {
  history.replaceState(null, '', location.pathname);
  field.value = token;
  form.requestSubmit();
}

export {};
