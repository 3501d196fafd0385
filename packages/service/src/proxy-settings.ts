import { z } from 'zod';
import { urlSetting } from './settings.ts';

/** A proxy as other programs are told of it: its protocol may be left out. */
const usualProxy = z
  .string()
  .transform((text) => (text.includes('://') ? text : `http://${text}`))
  .pipe(urlSetting(['http:', 'https:'], 'http://proxy.internal:3128'));

/** The settings of a proxy on the way to Discord. */
export const proxySettings = {
  DISCORD_PROXY_URL: urlSetting(['http:', 'https:'], 'http://proxy.internal:3128').optional(),
  HTTPS_PROXY: usualProxy.optional(),
  https_proxy: usualProxy.optional(),
  NO_PROXY: z.string().optional(),
  no_proxy: z.string().optional(),
};

type ProxySettings = Readonly<z.output<z.ZodObject<typeof proxySettings>>>;

/**
 * The proxy on the way to Discord, and for which hosts it is left out: the one of `DISCORD_PROXY_URL` for all; without it, for
 * https, the one that other programs use.
 */
export function discordProxyOf(settings: ProxySettings & { readonly DISCORD_API_URL: string }): {
  readonly proxyUrl?: string | undefined;
  readonly noProxy?: string | undefined;
} {
  const { DISCORD_PROXY_URL: own, DISCORD_API_URL: apiUrl } = settings;
  if (own !== undefined) return { proxyUrl: own };
  if (!apiUrl.startsWith('https:')) return {};
  return { proxyUrl: settings.HTTPS_PROXY ?? settings.https_proxy, noProxy: settings.NO_PROXY ?? settings.no_proxy };
}
