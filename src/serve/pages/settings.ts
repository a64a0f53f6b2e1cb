import { type Html, html } from '../../results/html.js';
import type { OwnSession, Session } from '../records.js';
import { ROLES, type Role } from '../roles.js';
import type { Key, User } from '../users.js';
import { time } from './layout.js';

/** What the page of settings says. */
export interface SettingsView {
  readonly session: Session;
  /** of the same user, this one among them */
  readonly sessions: readonly OwnSession[];
  /** what only an admin sees; null for others */
  readonly admin: {
    readonly users: readonly User[];
    readonly keys: readonly Key[];
    readonly profiles: readonly string[];
  } | null;
  /** how long things are kept, a sentence each */
  readonly kept: readonly string[];
  /** what could not be deleted when its time had come, and why */
  readonly notDeleted: readonly string[];
  /** what was just done, or could not be; null at first */
  readonly message: { readonly text: string; readonly isGood: boolean } | null;
  /** a key that was just made: it is shown this once */
  readonly newKey: string | null;
}

/** Users, keys, own sessions, profiles, and how long things are kept. */
export function settingsPage(view: SettingsView): Html {
  const { session, sessions, admin, kept, notDeleted, message, newKey } = view;
  return html`<h1>Settings</h1>
${message === null ? '' : html`<p class="card message${message.isGood ? ' fine' : ''}" role="${message.isGood ? 'status' : 'alert'}">${message.text}</p>`}
${newKey === null ? '' : html`<section class="card" aria-labelledby="new-key"><h2 id="new-key">The new key</h2><p>It is shown this once. A script sends it as <code>Authorization: Bearer</code> and the key.</p><p><code>${newKey}</code></p></section>`}
${admin === null ? '' : html`${usersPart(admin.users)}${keysPart(admin.keys)}`}
<section class="card" aria-labelledby="own"><h2 id="own">You</h2>
<p>${session.user}, with the role <strong>${session.role}</strong>: ${ROLES[session.role]}.</p>
${session.via === 'password' ? ownPassword() : html`<p class="quiet">You came with ${session.via === 'token' ? 'the token of the terminal' : 'a key'}.</p>`}
${sessions.length === 0 ? '' : sessionsTable(sessions, session)}
</section>
${
  kept.length === 0
    ? ''
    : html`<section class="card" aria-labelledby="kept"><h2 id="kept">How long things are kept</h2>
<ul>${kept.map((line) => html`<li>${line}</li>`)}</ul>
${notDeleted.length === 0 ? '' : html`<p>Could not be deleted:</p><ul>${notDeleted.map((line) => html`<li>${line}</li>`)}</ul>`}
</section>`
}
${admin === null ? '' : profilesPart(admin.profiles)}`;
}

function usersPart(users: readonly User[]): Html {
  return html`<section class="card" aria-labelledby="users"><h2 id="users">Users</h2>
${
  users.length === 0
    ? html`<p class="quiet">Nobody has a password yet; whoever has the terminal comes in with its token.</p>`
    : html`<table class="runs"><thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Since</th><th scope="col">New password</th><th scope="col">Remove</th></tr></thead><tbody>${users.map(userRow)}</tbody></table>`
}
<h3>Add somebody</h3>
<form method="post" action="/settings/users/add"><div class="fields">
<div><label for="add-name">Name</label><input id="add-name" name="name" autocomplete="off" autocapitalize="none" spellcheck="false" required></div>
<div><label for="add-role">Role</label>${roleSelect('add-role', 'view')}</div>
<div><label for="add-password">Password (12 characters or more)</label><input id="add-password" name="password" type="password" autocomplete="new-password" minlength="12" required></div>
<button>Add</button></div></form>
<dl class="quiet">${(Object.keys(ROLES) as Role[]).map((role) => html`<div><dt>${role}</dt><dd>${ROLES[role]}</dd></div>`)}</dl>
</section>`;
}

function userRow({ name, role, since }: User, at: number): Html {
  const hidden = html`<input type="hidden" name="name" value="${name}">`;
  return html`<tr><td data-label="Name">${name}</td>
<td data-label="Role"><form method="post" action="/settings/users/role"><div class="fields">${hidden}${roleSelect(`role-${at}`, role, `Role of ${name}`)}<button aria-label="Change the role of ${name}">Change</button></div></form></td>
<td data-label="Since">${time(since)}</td>
<td data-label="New password"><form method="post" action="/settings/users/password"><div class="fields">${hidden}<input name="password" type="password" autocomplete="new-password" minlength="12" required aria-label="New password of ${name}"><button aria-label="Set the password of ${name}">Set</button></div></form></td>
<td data-label="Remove"><form method="post" action="/settings/users/remove">${hidden}<button aria-label="Remove ${name}">Remove</button></form></td></tr>`;
}

function roleSelect(id: string, chosen: Role, label?: string): Html {
  const options = (Object.keys(ROLES) as Role[]).map((role) =>
    role === chosen ? html`<option selected>${role}</option>` : html`<option>${role}</option>`,
  );
  return label === undefined
    ? html`<select id="${id}" name="role">${options}</select>`
    : html`<select id="${id}" name="role" aria-label="${label}">${options}</select>`;
}

function keysPart(keys: readonly Key[]): Html {
  return html`<section class="card" aria-labelledby="keys"><h2 id="keys">Keys of scripts</h2>
${
  keys.length === 0
    ? html`<p class="quiet">There is no key.</p>`
    : html`<table class="runs"><thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Since</th><th scope="col">Remove</th></tr></thead><tbody>${keys.map(
        ({ name, role, since }) =>
          html`<tr><td data-label="Name">${name}</td><td data-label="Role">${role}</td><td data-label="Since">${time(since)}</td><td data-label="Remove"><form method="post" action="/settings/keys/remove"><input type="hidden" name="name" value="${name}"><button aria-label="Remove the key ${name}">Remove</button></form></td></tr>`,
      )}</tbody></table>`
}
<form method="post" action="/settings/keys/add"><div class="fields">
<div><label for="key-name">Name of a new key</label><input id="key-name" name="name" autocomplete="off" required></div>
<div><label for="key-role">Role</label>${roleSelect('key-role', 'view')}</div><button>Make a key</button></div></form>
</section>`;
}

function ownPassword(): Html {
  return html`<form method="post" action="/settings/password"><div class="fields">
<div><label for="current">Your password</label><input id="current" name="current" type="password" autocomplete="current-password" required></div>
<div><label for="new">New password (12 characters or more)</label><input id="new" name="password" type="password" autocomplete="new-password" minlength="12" required></div>
<button>Change</button></div><p class="quiet">You log in again afterwards, here and everywhere else.</p></form>`;
}

function sessionsTable(sessions: readonly OwnSession[], own: Session): Html {
  return html`<h3>Where you are logged in</h3>
<table class="runs"><thead><tr><th scope="col">From</th><th scope="col">Since</th><th scope="col">Last seen</th><th scope="col">End</th></tr></thead><tbody>${sessions.map(
    ({ hash, address, started, seen }) =>
      html`<tr><td data-label="From">${address}${hash === own.hash ? html` <strong>(this one)</strong>` : ''}</td><td data-label="Since">${time(started)}</td><td data-label="Last seen">${time(seen)}</td><td data-label="End"><form method="post" action="/settings/sessions/end"><input type="hidden" name="session" value="${hash}"><button aria-label="End the session from ${address}, begun ${started}">End</button></form></td></tr>`,
  )}</tbody></table>`;
}

function profilesPart(profiles: readonly string[]): Html {
  return html`<section class="card" aria-labelledby="profiles"><h2 id="profiles">Profiles</h2>
${
  profiles.length === 0
    ? html`<p class="quiet">None is kept yet.</p>`
    : html`<table class="runs"><thead><tr><th scope="col">Name</th><th scope="col">Delete</th></tr></thead><tbody>${profiles.map(
        (name) =>
          html`<tr><td data-label="Name">${name}</td><td data-label="Delete"><form method="post" action="/settings/profiles/remove"><input type="hidden" name="name" value="${name}"><button aria-label="Delete the profile ${name}">Delete</button></form></td></tr>`,
      )}</tbody></table>`
}
<p class="quiet">Sheets that use one keep what they have of it.</p>
</section>`;
}
