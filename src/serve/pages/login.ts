import { type Html, html } from '../../results/html.js';

/** What the page of a log-in says. */
export interface LoginView {
  /** why the last try was refused; null at first */
  readonly message: string | null;
  /** whether anybody has a password here */
  readonly hasUsers: boolean;
  /** the page that was asked for */
  readonly next: string;
}

/** The page of a log-in: a script takes a token out of the address; without one it is typed. */
export function loginPage({ message, hasUsers, next }: LoginView): Html {
  const to = html`<input type="hidden" name="next" value="${next}">`;
  const byPassword = html`<form class="card" method="post" action="/session">${to}
<div class="fields"><div><label for="user">Name</label><input id="user" name="user" autocomplete="username" autocapitalize="none" spellcheck="false" required></div>
<div><label for="password">Password</label><input id="password" name="password" type="password" autocomplete="current-password" required></div><button>Log in</button></div>
</form>`;
  return html`<h1>Log in</h1>
${message === null ? '' : html`<p class="card message" role="alert">${message}</p>`}
${hasUsers ? byPassword : ''}
<form class="card" id="login" method="post" action="/session">${to}
${hasUsers ? html`<h2>With the token of the terminal</h2>` : ''}
<p>Open the address that <code>alianza-import serve</code> printed. It works once, for ten minutes. For another:</p>
<p><code>alianza-import serve --token</code> in the same folder, as the same user of the machine.</p>
<div class="fields"><div><label for="token">Token</label><input id="token" name="token" type="password" autocomplete="off" required></div><button>${hasUsers ? 'Log in with the token' : 'Log in'}</button></div>
</form>`;
}

/**
 * The page of a failure: what, and what to do.
 * @param from the path of the page from which it was asked for; null where that is not known
 */
export function failurePage(message: string, hint: string, from: string | null): Html {
  const [path, name] = from === null ? ['/', 'Back to the first page'] : [from, 'Back to where you were'];
  return html`<h1>${message}</h1><p>${hint}</p><p><a href="${path}">${name}</a></p>`;
}

/** Why something was refused, above the page from which it was sent. */
export function refusedCard(message: string, hint: string): Html {
  return html`<p class="card message" role="alert" tabindex="-1" autofocus><strong>${message}</strong> ${hint}</p>`;
}
