/**
 * The URL on which a session is resumed, if it may be trusted with the bot's token: of the gateway's own protocol,
 * on its host or beside it in the same domain, as `gateway-us-east1-b.discord.gg` is beside `gateway.discord.gg`.
 * Otherwise the gateway's own URL: a session that comes from a message or from Redis names no other place.
 */
export function trustedResumeUrl(resumeUrl: string, gatewayUrl: string): string {
  const resume = URL.parse(resumeUrl);
  const gateway = URL.parse(gatewayUrl);
  if (resume === null || gateway === null || resume.protocol !== gateway.protocol) return gatewayUrl;
  const domain = domainOf(gateway.hostname);
  const beside = domain !== undefined && domainOf(resume.hostname) === domain;
  return resume.host === gateway.host || beside ? resumeUrl : gatewayUrl;
}

/** The name without its first label; undefined for an address and for a name that has no domain. */
function domainOf(hostname: string): string | undefined {
  if (/^[\d.]+$|:/.test(hostname)) return undefined;
  const labels = hostname.split('.');
  return labels.length > 2 ? labels.slice(1).join('.') : undefined;
}
