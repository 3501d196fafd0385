import { JsonScan, type Scalar } from './json-scan.ts';

/**
 * What of a dispatch's data tells where it belongs: the values at these places, as Discord wrote them; their form is
 * not checked.
 */
export interface DispatchFields {
  /** `id`: of the guild, the interaction, the message … itself. */
  readonly id: Scalar | undefined;
  /** `guild_id` */
  readonly guildId: Scalar | undefined;
  /** `user.id` */
  readonly user: Scalar | undefined;
  /** `member.user.id` */
  readonly member: Scalar | undefined;
  /** `user_id` */
  readonly userId: Scalar | undefined;
  /** `author.id` */
  readonly author: Scalar | undefined;
  /** `unavailable`, of a guild. */
  readonly unavailable: Scalar | undefined;
  /** `type`, of an interaction. */
  readonly type: Scalar | undefined;
  /** `data.name`: of an interaction's command. */
  readonly commandName: Scalar | undefined;
}

const scan = new JsonScan([
  ['id'],
  ['guild_id'],
  ['user', 'id'],
  ['member', 'user', 'id'],
  ['user_id'],
  ['author', 'id'],
  ['unavailable'],
  ['type'],
  ['data', 'name'],
]);

/**
 * The fields of the data that stands in `text` from `from` up to `to`; undefined when it is not one JSON value.
 */
export function readFields(text: Buffer, from: number, to: number): DispatchFields | undefined {
  if (!scan.run(text, from, to)) return undefined;
  const fields = {
    id: scan.scalar(0),
    guildId: scan.scalar(1),
    user: scan.scalar(2),
    member: scan.scalar(3),
    userId: scan.scalar(4),
    author: scan.scalar(5),
    unavailable: scan.scalar(6),
    type: scan.scalar(7),
    commandName: scan.scalar(8),
  };
  scan.forget();
  return fields;
}
