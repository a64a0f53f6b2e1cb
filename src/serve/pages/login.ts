import { type Html, html } from '../../results/html.js';

/**
 * The page of a log-in: a script takes the token out of the address; without one it is typed.
 * @param message why the last try was refused; null at first
 */
export function loginPage(message: string | null): Html {
  return html`<h1>Log in</h1>
${message === null ? '' : html`<p class="card message" role="alert">${message}</p>`}
<form class="card" id="login" method="post" action="/session">
<p>Open the address that <code>alianza-import serve</code> printed. It works once, for ten minutes. For another:</p>
<p><code>alianza-import serve --token</code> in the same folder, as the same user of the machine.</p>
<div class="fields"><div><label for="token">Token</label><input id="token" name="token" type="password" autocomplete="off" required></div><button>Log in</button></div>
</form>`;
}

/** The page of a failure: what, and what to do. */
export function failurePage(message: string, hint: string): Html {
  return html`<h1>${message}</h1><p>${hint}</p><p><a href="/">Back to the first page</a></p>`;
}
