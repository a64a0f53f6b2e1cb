/**
 * Whether a host is this machine, so that what is sent to it in clear goes over no wire.
 * @param hostname as `URL` gives it, which writes every form of an IPv4 address as four numbers
 */
export function isThisMachine(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f]{2}:[\da-f]+\])$/.test(hostname);
}
