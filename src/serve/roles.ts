/** What somebody may do, each with all before it. */
export const ROLES = {
  view: 'look, and download results, errors and reports',
  run: 'upload, map, fix, check and try; start, stop, resume and verify in sandbox and beta',
  production: 'start, resume and undo in production, undo anywhere, and take credentials',
  admin: 'users, keys, retention and settings',
} as const;

export type Role = keyof typeof ROLES;

export function isRole(text: unknown): text is Role {
  return typeof text === 'string' && Object.hasOwn(ROLES, text);
}

/** Whether somebody with a role may do what another role is needed for. */
export function mayDo(role: Role, needed: Role): boolean {
  const order = Object.keys(ROLES);
  return order.indexOf(role) >= order.indexOf(needed);
}
