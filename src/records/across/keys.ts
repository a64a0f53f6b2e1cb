/** The kinds of keys that are told apart in the index of the input's keys. */
export const KEY = {
  accountNearly: 1,
  accountExactly: 2,
  user: 3,
  username: 4,
  phoneNumber: 5,
  deviceLine: 6,
  lineName: 7,
  trunkName: 8,
  sipUsername: 9,
} as const;
