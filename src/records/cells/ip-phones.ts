import { fold } from './nearest.js';

const MAKERS = /^(polycom|poly|yealink|grandstream|cisco|linksys)/;

/** How the folded names of IP phones look, without their maker. What matches none may be an ATA, or anything else. */
const IP_PHONES = [
  // Polycom: VVX400, SPIP650, SoundPoint IP 650, SoundStation IP 7000, Trio 8800
  /^(vvx|spip|soundpoint|soundstation|(realpresence)?trio)/,
  // Yealink: T46S, SIP-T54W, CP920
  /^(sip)?t[1-5]\d[a-z]{0,2}$|^cp\d{3}$/,
  // Grandstream: GXP2170, GRP2612, GXV3370; the HT8xx are ATAs
  /^(gxp|grp|gxv)\d/,
  // Cisco: SPA303, SPA504G, SPA942, CP-8841; SPA112, SPA122, SPA2102, SPA3102 and SPA8000 are ATAs
  /^spa(30[13]|5\d\d|9\d\d)(?!\d)|^cp\d{4}/,
] as const;

/** Whether a device type is an IP phone by its name; the platform's list (`/v2/ref/devicetype`) is not asked. */
export function isIpPhone(deviceTypeId: string): boolean {
  const model = fold(deviceTypeId).replace(MAKERS, '');
  return IP_PHONES.some((names) => names.test(model));
}
