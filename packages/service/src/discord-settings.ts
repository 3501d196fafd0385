import { SettingsError } from './settings.ts';

/**
 * The application id of a bot: what the setting says, otherwise what the token's first part says, which is the
 * bot's user id in base64. Both are the same for every bot made since 2016; an older one sets its application id.
 * @throws {SettingsError} when neither says it.
 */
export function applicationIdOf(settings: {
  readonly DISCORD_TOKEN: string;
  readonly DISCORD_APPLICATION_ID?: string | undefined;
}): string {
  if (settings.DISCORD_APPLICATION_ID !== undefined) return settings.DISCORD_APPLICATION_ID;
  const [first = ''] = settings.DISCORD_TOKEN.split('.');
  const id = Buffer.from(first, 'base64').toString();
  if (/^\d{15,20}$/.test(id)) return id;
  throw new SettingsError(
    'A setting is wrong:\n  DISCORD_APPLICATION_ID is missing, and DISCORD_TOKEN does not tell it: expected the id ' +
      "from the developer portal's General Information; for example 1088510058284990888",
  );
}
