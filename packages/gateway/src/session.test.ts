import { describe, expect, it } from 'vitest';
import { Session } from './session.ts';

describe('a session', () => {
  it('knows how many numbers after its cursor were of RESUMED, read or not, and hands that on', () => {
    const session = Session.opened({ sessionId: 'id', resumeUrl: 'wss://resume.example', guildIds: [], first: 1 });
    for (const sequence of [1, 2, 3]) session.receive(sequence);
    session.confirm(1);
    // Of the first RESUME nothing was read; its RESUMED took number 4.
    session.beginReplay();
    session.beginReplay();
    expect(session.snapshot().unreplayed).toBe(2);
    expect(session.excuses(4, 3)).toBe(false);
    expect(session.excuses(4, 1)).toBe(true);
    session.receive(5);
    session.endReplay(5);
    session.receive(6);
    const successor = Session.restored(session.snapshot());
    expect(session.snapshot().unreplayed).toBe(2);
    for (const sequence of [2, 3, 5]) session.confirm(sequence);
    expect(session.snapshot().unreplayed).toBe(0);
    successor.beginReplay();
    for (const sequence of [2, 3]) successor.receive(sequence);
    // And one more, which the predecessor may have received after it stored the session.
    expect([
      successor.excuses(4, 4),
      successor.excuses(4, 2),
      successor.excuses(6, 1),
      successor.excuses(7, 1),
    ]).toEqual([false, true, true, false]);
  });

  it('restored from its snapshot knows the unavailable guilds as of its cursor, so that a replay means the same', () => {
    const session = Session.opened({
      sessionId: 'id',
      resumeUrl: 'wss://resume.example',
      guildIds: ['a', 'b'],
      first: 1,
    });
    session.receive(1);
    session.confirm(1);
    session.receive(2);
    session.setUnavailable('a', false, 2);
    expect(session.isUnavailable('a')).toBe(false);
    expect(Session.restored(session.snapshot()).isUnavailable('a')).toBe(true);
    session.confirm(2);
    expect(session.snapshot()).toEqual({
      sessionId: 'id',
      resumeUrl: 'wss://resume.example',
      sequence: 2,
      unavailableGuilds: ['b'],
      unreplayed: 0,
    });
  });
});
