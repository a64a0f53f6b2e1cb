/** IDs that can stand in an address as they are. */
export const PLAIN_ID = /^[a-z0-9][a-z0-9._-]{0,99}$/;
