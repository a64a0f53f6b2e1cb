import { type Html, html } from '../../results/html.js';
import type { Session } from '../records.js';
import { mayDo } from '../roles.js';
import { time } from './layout.js';

/** How long a sheet is kept, and deleting it now. */
export function keepSheetPage(
  sheet: { readonly id: string; readonly name: string },
  goesAt: string,
  mayDelete: boolean,
): Html {
  return html`<h1 dir="auto"><a href="/sheets/${sheet.id}">${sheet.name}</a></h1>
<section class="card"><p>This sheet goes ${time(goesAt)}, with its edits and checks; a run of it, or an edit, puts that off.</p>
${
  mayDelete
    ? html`<form method="post" action="/sheets/${sheet.id}/delete"><p>Deleted now, it cannot be brought back. Its runs stay: they need no sheet any more.</p>
<p><label><input type="checkbox" name="sure" value="yes" required> I mean it</label></p><button>Delete this sheet now</button></form>`
    : html`<p class="quiet">Whoever uploaded it, or an admin, may delete it before.</p>`
}</section>`;
}

/** The secrets of a run, and deleting it. */
export function keepRunPage(id: string, session: Session, hasCredentials: boolean): Html {
  const shown = session.via === 'token' ? 'A new token (alianza-import serve --token)' : 'Your password';
  const proof = (field: string) =>
    html`<div><label for="${field}">${shown}</label><input id="${field}" name="password" type="password" autocomplete="${session.via === 'token' ? 'off' : 'current-password'}" required></div>`;
  const credentials = html`<p>credentials.csv has the SIP passwords that this run has set.</p>
<form method="post" action="/runs/${id}/credentials"><div class="fields">${proof('proof')}<button>Download credentials.csv</button></div></form>
<form method="post" action="/runs/${id}/credentials/delete"><p>It may be the only copy. Once it is where you keep such, it may go by itself; the run stays.</p>
<div class="fields">${proof('delete-proof')}<button>Delete credentials.csv</button></div></form>`;
  return html`<h1><a href="/runs/${id}">${id}</a></h1>
<section class="card" aria-labelledby="credentials"><h2 id="credentials">Credentials</h2>
${!hasCredentials ? html`<p class="quiet">This run has no credentials.csv.</p>` : mayDo(session.role, 'production') ? credentials : html`<p>credentials.csv has the SIP passwords that this run has set; no page and no other file shows them. Your role is ${session.role}: somebody with the role production downloads it, and tells you what you need of it.</p>`}
</section>
<section class="card" aria-labelledby="delete"><h2 id="delete">Deleting this run</h2>
${
  mayDo(session.role, 'admin')
    ? html`<form method="post" action="/runs/${id}/delete"><p>Without it undo, verify, follow, resume and its results are no longer possible, and no run can tell that these rows were its own. The audit keeps its counts.</p>
<p><label><input type="checkbox" name="sure" value="yes" required> I mean it</label></p><button>Delete this run</button></form>`
    : html`<p>It stays until an admin deletes it, or it is older than this server keeps runs. Its results are <a href="/runs/${id}">on its page</a>; whoever needs them for longer downloads them there.</p>`
}</section>`;
}
